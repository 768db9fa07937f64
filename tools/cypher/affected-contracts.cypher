{% import 'macros.jinja' as m with context %}
// Affected contracts
//
// Question
//   Which contracts do the goods of a step, a site, a finding or an incident reach, how many tiers away, for whom?
//   Along item links: those that name the goods. What a company makes, by itself or named by a finding, is left to the
//   snapshot (kedja affected); company-list is the list beside.
// Parameters
//   start: entity. A step, site, finding, assessment or incident: its id, or a key (scheme:value). A finding begins
//     where its scope names a step, a site or an actor with something more; one that names only kinds or places is
//     left to the snapshot.
//   valid_at: day. When it was so.
// Returns
//   tier: fewest tiers between it and where the goods come from
//   contract: the contract's id
//   name: its name as it is now
//   holders: the suppliers that hold it
//   buyers: the organisations that it serves
//   clause_level: level of its sustainability clause; null where nobody has said
// Cost
//   One pruned breadth-first walk for each step at which it begins, without a bound: up to everything downstream.
// Example
//   kedja cypher affected-contracts --param start=demo:incident-klang --valid-at 2026-11-01
WITH 'demo:incident-klang' AS start, date('2026-11-01') AS valid_at
{{ m.view('start') }}
{{ m.found('start', 'x') }}
// The steps at which it begins.
CALL (x, {{ ctx }}) {
  WITH x WHERE x.kind = 'Step'
  RETURN x AS s
  UNION
  MATCH p = (x)-[:PERFORMS*1]->(s)
  WHERE x.kind = 'Site'
    AND {{ sound('p', generic=True) | indent(4) }}
  RETURN DISTINCT s
  UNION
  MATCH p = (x)-[:GATHERS*0..1]->(st)
  WHERE x.kind IN ['Incident', 'Finding', 'RiskAssessment'] AND st.kind <> 'Incident'
    AND {{ sound('p', generic=True) | indent(4) }}
  {{ m.statements('x') | indent(2) }}
  {{ m.scope() | indent(2) }}
  CALL (actors, steps, kinds, places, stage, {{ ctx }}) {
    // A scope that names only a site is about all that is done there.
    UNWIND CASE WHEN {{ m.only_actors() }} THEN actors ELSE [] END AS site
    MATCH p = (site)-[:PERFORMS*1]->(s)
    WHERE {{ sound('p', generic=True) | indent(6) }}
    RETURN DISTINCT s
    UNION
    {{ m.meeting() | indent(4) }}
    RETURN at AS s
  }
  RETURN s
}
{{ m.reached('-[:' + goods + '*1..]->', 'c') }}
WITH c, hops, {{ ctx }}
WHERE c.kind = 'Contract'
WITH c, min(hops) AS tier, {{ ctx }}
{{ m.facts('c', ('clause_level',)) }}
{{ m.parties() }}
RETURN tier, c.id AS contract, coalesce(c.name, c.id) AS name, holders, buyers, clause_level
ORDER BY tier, name, contract
