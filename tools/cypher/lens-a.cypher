{% import 'macros.jinja' as m with context %}
// Lens A: the worst credible path to a contract
//
// Question
//   How severe a harm of a risk type is linked to a contract, how surely, by which path and on whose word? An
//   interval for each severity: high without, low with the confidence of the statement and of every link of the path.
//   Along item links: those that name the goods. From statements whose scope names a step, a site or an actor; those
//   that name only kinds of goods, places or stages are left to the snapshot.
// Parameters
//   contract: entity. A contract: its id, or a key (scheme:value).
//   risk: risk. A risk type; narrower ones count too.
//   valid_at: day. When it was so.
//   rounds: integer = 100. Links that a path may have; complete says whether more could matter.
// Returns
//   severity: 4 to 0; one row for each that is reached
//   basis: specific where the scope names an actor, else generic
//   low: the largest product of likelihood, confidence of the statement and confidence of each link
//   high: the largest likelihood of a statement that reaches the contract
//   severity_unknown: whether only statements whose severity nobody gave reach it so severely
//   statements: ids of the statements that reach it so severely
//   path: ids from where the risk enters to the contract, of low; null where low is 0
//   names: the names on that path as they are now
//   links: ids of the links of that path
//   complete: whether the rounds were enough
// Cost
//   One pruned breadth-first walk upstream for high. For low, rounds from the contract upstream: in each, every node
//   takes the best value that a link brings it, and what can no longer beat a path already found is dropped; a few
//   rounds after the first path little is left. Confidences of 1 in long cycles keep it going until the last round.
// Example
//   kedja cypher lens-a --param contract=demo:contract-gloves-kalmar --param risk=forced-labour --valid-at 2026-11-01
WITH 'demo:contract-gloves-kalmar' AS contract, 'forced-labour' AS risk, date('2026-11-01') AS valid_at, 100 AS rounds
{{ m.view('contract, risk, rounds') }}
{{ m.found('contract', 't', 'risk, rounds') }}
// Each risk type: what decides along which links it passes, and the ids under which it and the narrower ones are known.
WITH t, rounds, {{ ctx }}, head([row IN [
{% for risk, group, ids in risks %}
  ['{{ risk }}', '{{ group }}', [
{%- for id in ids %}{{ '\n    ' if loop.length > 3 and loop.index0 % 4 == 0 }}'{{ id }}'{{ ',' if not loop.last }}{{ ' ' if not loop.last and not (loop.length > 3 and loop.index % 4 == 0) }}{% endfor -%}
  ]]{{ ',' if not loop.last }}
{% endfor %}
] WHERE row[0] = risk]) AS asked
WITH t, rounds, {{ ctx }}, asked[1] STARTS WITH 'H' AS harm, {
{% for group, types in passing.items() %}
  {{ group }}: {{ literal(types) }}{{ ',' if not loop.last }}
{% endfor %}
}[asked[1]] AS passes, asked[2] AS ids
// What is said of the risk and where it enters.
CALL (ids, harm, {{ ctx }}) {
  UNWIND ids AS id
  MATCH (b:KedjaBase {id: id})
  OPTIONAL MATCH (b)-[u:KEDJA_UNDER]->(h) WHERE {{ seen('u', secrecy=False) | indent(4) }}
  OPTIONAL MATCH (b)<-[:KEDJA_KEY]-(o), (rec:KedjaRecord {base: o.node}), (y:KedjaBase {node: rec.entity})
  WHERE {{ seen('rec') | indent(4) }}
  UNWIND [coalesce(h, b), y] AS type
  WITH DISTINCT type WHERE type IS NOT NULL
  MATCH p = (type)<-[:OF_TYPE*1]-(st)
  WHERE {{ sound('p', generic=True) | indent(4) }}
  WITH DISTINCT st, harm, {{ ctx }}
  {{ m.statements('harm', ('severity', 'likelihood'), ('level',)) | indent(2) }}
  WITH harm, {{ ctx }}, st, stage, severity, likelihood, {
{% for level, row in levels.items() %}
    `{{ level }}`: {severity: {{ literal(row.severity) }}, likelihood: {{ literal(row.likelihood) }}, unknown: {{ literal(row.unknown) }}}{{ ',' if not loop.last }}
{% endfor %}
  }[level] AS read, coalesce(stated, {{ literal(statuses) }}[status]) AS confidence
  WITH harm, {{ ctx }}, st, stage, confidence, coalesce(severity, read.severity) AS severity,
    coalesce(likelihood, read.likelihood) AS said, coalesce(read.unknown, false) AS unknown
  WHERE NOT (unknown AND severity IS NULL AND said IS NULL)
  {{ m.scope() | indent(2) }}
  CALL (actors, steps, kinds, places, stage, harm, {{ ctx }}) {
    // A scope that names only actors enters there; a harm said of a company alone enters nowhere.
    UNWIND CASE WHEN {{ m.only_actors() }} THEN actors ELSE [] END AS at
    WITH at WHERE NOT (harm AND at.kind = 'Organisation')
    RETURN at, true AS specific
    UNION
    {{ m.meeting() | indent(4) }}
    RETURN at, actors <> [] OR EXISTS {
      MATCH p = (at)<-[:OPERATES|PERFORMS|RUNS*1..2]-(actor)
      WHERE {{ sound('p', generic=True) | indent(8) }}
    } AS specific
  }
  WITH at, specific, st.id AS statement, toInteger(severity) AS severity, confidence,
    CASE st.kind WHEN 'Finding' THEN 1.0 ELSE said END AS likelihood
  RETURN collect({at: at, specific: specific, statement: statement, severity: severity,
    low: coalesce(likelihood, 0.0) * confidence, high: coalesce(likelihood, 1.0)}) AS entering
}
// What of it reaches the contract.
WITH t, rounds, {{ ctx }}, passes, entering, [s IN entering | s.at] AS ats
CALL (t, passes, ats, {{ ctx }}) {
  MATCH p = (t)<-[:{{ passed }}*0..]-(at)
  WHERE {{ sound('p', more='type(e) IN passes AND ' + controlled('e')) | indent(4) }}
  WITH DISTINCT at WHERE at IN ats
  RETURN collect(at) AS reached
}
WITH t, rounds, {{ ctx }}, passes, [s IN entering WHERE s.at IN reached] AS seeds
// low: the best way of each severity and basis by itself, from the contract upstream to where the risk enters.
CALL (t, rounds, passes, seeds, {{ ctx }}) {
  UNWIND seeds AS s
  WITH s WHERE s.severity IS NOT NULL AND s.low > 0
  WITH s.severity AS severity, s.specific AS specific, s.at AS at, max(s.low) AS low
  WITH severity, specific, collect({at: at, low: low}) AS entries, collect(at) AS ats, max(low) AS most
  WITH severity, specific, reduce(s = {v: 0.0, way: null, links: null, front: [{n: t, v: 1.0, way: [t], links: []}]},
    i IN range(0, rounds) | CASE WHEN s.front = [] THEN s ELSE head([
    best IN [reduce(hit = s, f IN [f IN s.front WHERE f.n IN ats] |
      head([v IN [f.v * head([x IN entries WHERE x.at = f.n | x.low])] |
        CASE WHEN v > hit.v THEN {v: v, way: f.way, links: f.links} ELSE hit END]))] |
    {v: best.v, way: best.way, links: best.links, front: head([row IN [COLLECT {
      UNWIND s.front AS f
      WITH f.n AS b, f.v AS v, f.way AS way, f.links AS links, best.v AS bar
      WHERE v * most > bar
      MATCH (a)-[e:{{ passed }}]->(b)
      WITH a, e, way, [e.ord] + links AS links, bar,
        v * {{ confidence('e') }} AS v
      WHERE v * most > bar AND type(e) IN passes
        AND {{ controlled('e') }}
        AND {{ live('e') | indent(8) }}
        AND e.status <> 'generic'
        AND {{ alive('a') | indent(8) }}
      RETURN {n: a, v: v, way: [a] + way, links: links} AS step ORDER BY a.node, v DESC, links
    }] | [j IN range(0, size(row) - 1) WHERE j = 0 OR row[j].n <> row[j - 1].n | row[j]]])}]) END) AS found
  RETURN collect({severity: severity, specific: specific, low: found.v, way: found.way, links: found.links,
    complete: found.front = []}) AS ways
}
UNWIND [4, 3, 2, 1, 0] AS severity
UNWIND [true, false] AS specific
WITH severity, specific, [s IN seeds WHERE s.specific = specific AND coalesce(s.severity >= severity, true)] AS counts,
  [w IN ways WHERE w.specific = specific AND w.severity >= severity] AS ways
WITH severity, specific, ways, [s IN counts WHERE s.high > 0] AS counts,
  reduce(high = 0.0, s IN counts | CASE WHEN s.high > high THEN s.high ELSE high END) AS high,
  reduce(best = {low: 0.0, way: null, links: null}, w IN ways | CASE WHEN w.low > best.low THEN w ELSE best END) AS best
WHERE high > 0
WITH severity, specific, ways, counts, high, best,
  COLLECT { UNWIND counts AS s RETURN s.statement AS id ORDER BY id } AS said
RETURN severity, CASE WHEN specific THEN 'specific' ELSE 'generic' END AS basis, best.low AS low, high,
  all(s IN counts WHERE s.severity IS NULL) AS severity_unknown,
  [j IN range(0, size(said) - 1) WHERE j = 0 OR said[j] <> said[j - 1] | said[j]] AS statements,
  [n IN best.way | n.id] AS path, [n IN best.way | coalesce(n.name, n.id)] AS names,
  [o IN best.links
    | {{ link_id('o') }}] AS links,
  all(w IN ways WHERE w.complete) AS complete
ORDER BY severity DESC, basis DESC
