{% import 'macros.jinja' as m with context %}
// Company list: who may have the goods although no link names them
//
// Question
//   Which companies may have goods of a site, a step or an organisation, and which of their contracts may then
//   contain them? A list to ask from, never a figure: a business relation in which the goods are unknown passes on
//   through a company only if its known outputs are one kind.
// Parameters
//   start: entity. A site, step or organisation: its id, or a key (scheme:value). Of an organisation, what it makes is
//     listed as what it runs; kedja affected traces that, and lists what it owns or recruits for.
//   valid_at: day. When it was so.
// Returns
//   why: holds, runs, operates or sells_to: the closest relation, in that order
//   company: the company's id
//   name: its name as it is now
//   contracts: ids of its contracts of which it is unknown whether they contain the goods
// Cost
//   Pruned breadth-first walks: along goods from the steps of the start and of each company listed, along business
//   relations, and upstream from each contract of those companies to see whether its chain is told.
// Example
//   kedja cypher company-list --param start=demo:site-klang-4 --valid-at 2026-11-01
WITH 'demo:site-klang-4' AS start, date('2026-11-01') AS valid_at
{{ m.view('start') }}
{{ m.found('start', 'x') }}
WITH x, {{ ctx }}
WHERE x.kind IN ['Organisation', 'Site', 'Step']
// A site or a step: its steps, its sites, and the companies that run or operate them. Of an organisation the goods are
// unknown.
CALL (x, {{ ctx }}) {
  OPTIONAL MATCH p = (x)-[:PERFORMS*0..1]->(s)
  WHERE x.kind <> 'Organisation' AND s.kind = 'Step'
    AND {{ sound('p', generic=True) | indent(4) }}
  RETURN collect(DISTINCT s) AS steps
}
CALL (x, steps, {{ ctx }}) {
  UNWIND CASE x.kind WHEN 'Organisation' THEN [] ELSE [x] END + steps AS from
  OPTIONAL MATCH p = (from)<-[:OPERATES|PERFORMS|RUNS*1..2]-(o)
  WHERE {{ sound('p', generic=True) | indent(4) }}
  RETURN [o IN collect(DISTINCT o) WHERE o.kind = 'Organisation'] AS behind,
    [o IN collect(DISTINCT o) WHERE o.kind = 'Site'] AS sites
}
WITH x, steps, behind, {{ ctx }},
  CASE x.kind WHEN 'Step' THEN sites ELSE [x] END + behind AS sellers
// What surely has the goods: the steps and contracts on their way along item links, and the companies that stand there.
CALL (steps, {{ ctx }}) {
  UNWIND steps AS s
  MATCH p = (s)-[:{{ goods }}*1..]->(u)
  WHERE {{ sound('p') | indent(4) }}
  WITH DISTINCT u WHERE NOT u IN steps
  RETURN collect(u) AS onward
}
CALL (onward, behind, {{ ctx }}) {
  UNWIND onward AS u
  MATCH p = (u)<-[:HOLDS|OPERATES|PERFORMS|RUNS*1..2]-(o)
  WHERE o.kind = 'Organisation' AND NOT o IN behind
    AND {{ sound('p', generic=True) | indent(4) }}
  RETURN collect(DISTINCT {company: o, why: toLower(type(last(relationships(p))))}) AS standing
}
// Who sells to whom, and which of them have known outputs of one kind.
CALL (sellers, standing, {{ ctx }}) {
  UNWIND sellers + [one IN standing | one.company] AS from
  WITH DISTINCT from
  MATCH p = (from)-[:{{ lists }}*0..]->(o)
  WHERE {{ sound('p', generic=True) | indent(4) }}
  WITH DISTINCT o
  WHERE o.kind = 'Organisation'
  CALL (o, {{ ctx }}) {
    MATCH p = (o)-[:OPERATES|OUTPUTS|PERFORMS|RUNS*2..3]->(kind)
    WHERE type(last(relationships(p))) = 'OUTPUTS'
      AND {{ sound('p', generic=True) | indent(6) }}
    RETURN count(DISTINCT kind) AS outputs
  }
  WITH o WHERE outputs = 1
  RETURN collect(o) AS passing
}
CALL (x, sellers, standing, passing, {{ ctx }}) {
  // The start's own sellers pass on whatever they sell.
  UNWIND sellers AS from
  MATCH p = (from)-[:{{ lists }}*1..]->(o)
  WHERE {{ sound('p', generic=True, more='(startNode(e) = from OR startNode(e) IN passing)') | indent(4) }}
    AND NOT o IN sellers
  RETURN DISTINCT o AS company, 'sells_to' AS why, false AS named
  UNION
  UNWIND standing AS one
  WITH one.company AS from WHERE from IN passing
  MATCH p = (from)-[:{{ lists }}*1..]->(o)
  WHERE {{ sound('p', generic=True, more='startNode(e) IN passing') | indent(4) }}
    AND NOT o IN [one IN standing WHERE one.company IN passing | one.company]
  RETURN DISTINCT o AS company, 'sells_to' AS why, false AS named
  UNION
  UNWIND standing AS one
  RETURN one.company AS company, one.why AS why, false AS named
  UNION
  MATCH p = (x)-[:HOLDS|OPERATES|RUNS*1]->()
  WHERE x.kind = 'Organisation'
    AND {{ sound('p', generic=True) | indent(4) }}
  RETURN DISTINCT x AS company, toLower(type(head(relationships(p)))) AS why, true AS named
}
WITH company, why, named, onward, {{ ctx }}
ORDER BY CASE why WHEN 'holds' THEN 1 WHEN 'runs' THEN 2 WHEN 'operates' THEN 3 ELSE 4 END, named DESC
WITH company, head(collect({why: why, named: named})) AS closest, onward, {{ ctx }}
// Its contracts: those that it holds, and those that goods of its steps reach.
CALL (company, onward, closest, {{ ctx }}) {
  CALL (company, {{ ctx }}) {
    MATCH p = (company)-[:HOLDS*1]->(c)
    WHERE {{ sound('p', generic=True) | indent(6) }}
    RETURN DISTINCT c
    UNION
    MATCH p = (company)-[:OPERATES|PERFORMS|RUNS*1..2]->(s)
    WHERE s.kind = 'Step'
      AND {{ sound('p', generic=True) | indent(6) }}
    WITH DISTINCT s, {{ ctx }}
    MATCH p = (s)-[:{{ goods }}*1..]->(c)
    WHERE {{ sound('p') | indent(6) }}
    WITH DISTINCT c WHERE c.kind = 'Contract'
    RETURN c
  }
  WITH DISTINCT c, closest, {{ ctx }} WHERE NOT c IN onward
  // Only those of which something upstream is not told, unless the company itself is asked about.
  CALL (c, closest, {{ ctx }}) {
    MATCH p = (c)<-[:{{ goods }}*0..]-(u)
    WHERE NOT closest.named
      AND {{ sound('p') | indent(6) }}
    WITH DISTINCT u
    {{ m.facts('u', ('stage', 'inputs_known')) | indent(4) }}
    WITH u WHERE NOT coalesce(stage IN {{ literal(ending_stages) }}, false) AND coalesce(inputs_known <> 'all', true)
    WITH u LIMIT 1
    RETURN count(u) AS untold
  }
  WITH c WHERE closest.named OR untold > 0
  WITH c ORDER BY c.id
  RETURN collect(c.id) AS contracts
}
RETURN closest.why AS why, company.id AS company, coalesce(company.name, company.id) AS name, contracts
ORDER BY name, company
