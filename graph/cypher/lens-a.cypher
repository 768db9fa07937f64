// Lens A: the worst credible path to a contract
//
// Question
//   How severe a harm of a risk type is linked to a contract, how surely, by which path and on whose word? An
//   interval for each severity: high without, low with the confidence of the statement and of every link of the path.
//   Along item links: those that name the goods. From where statements of the risk enter: ENTERS, which kedja publish
//   works out for every day.
// Parameters
//   contract: entity. A contract: its id, or a key (scheme:value).
//   risk: risk. A risk type; narrower ones count too.
//   day: day. When it was so.
//   rounds: integer = 100. Links that a path may have; complete says whether more could matter.
// Returns
//   severity: 4 to 0; one row for each that is reached
//   basis: specific where the scope names an actor, else generic
//   low: the largest product of likelihood, confidence of the statement and confidence of each link
//   high: the largest likelihood of a statement that reaches the contract
//   severity_unknown: whether only statements whose severity nobody gave reach it so severely
//   statements: ids of the statements that reach it so severely
//   path: ids from where the risk enters to the contract, of low; null where low is 0
//   links: ids of the links of that path
//   complete: whether the rounds were enough
//   day_is_marks: whether the settled properties hold for this day; else they are those of the mark's day
// Cost
//   One pruned breadth-first walk upstream for high. For low, rounds from the contract upstream: in each, every node
//   takes the best value that a link brings it, and what can no longer beat a path already found is dropped; a few
//   rounds after the first path little is left. Confidences of 1 in long cycles keep it going until the last round.
// Example
//   kedja cypher lens-a --param contract=demo:contract-gloves-kalmar --param risk=forced-labour --valid-at 2026-11-01
WITH 'demo:contract-gloves-kalmar' AS contract, 'forced-labour' AS risk, date('2026-11-01') AS day, 100 AS rounds
MATCH (t:Entity WHERE t.valid_from <= day < t.valid_to) WHERE t.id = contract OR t.key = contract
MATCH (k:RiskType {key: 'risk:' + risk})<-[:WITHIN*0..]-(narrow)
WITH t, rounds, day, k.passes AS passes, collect(DISTINCT substring(narrow.key, 5)) AS risks
// What reaches the contract, and where statements of the risk enter that.
CALL (t, passes, risks, day) {
  MATCH (t)<-[r:HOLDS|OPERATES|OWNS|PERFORMS|RECRUITS_FOR|RUNS|DELIVERED_UNDER|SUPPLIES*0..]-(at)
  WHERE all(e IN r WHERE e.valid_from <= day < e.valid_to AND e.status <> 'generic' AND type(e) IN passes
      AND (type(e) <> 'OWNS' OR coalesce(e.control OR e.share >= 0.5 OR e.share_max >= 0.5, false)))
  WITH DISTINCT at
  MATCH (st)-[s:ENTERS]->(at) WHERE s.risk IN risks AND s.valid_from <= day < s.valid_to
  RETURN collect({at: at, of: st.id, severity: s.severity, low: s.low, high: s.high, basis: s.basis}) AS seeds
}
// low: the best way of each severity and basis by itself, from the contract upstream to where the risk enters.
CALL (t, rounds, passes, seeds, day) {
  UNWIND seeds AS s
  WITH s WHERE s.severity IS NOT NULL AND s.low > 0
  WITH s.severity AS severity, s.basis AS basis, s.at AS at, max(s.low) AS low
  WITH severity, basis, collect({at: at, low: low}) AS entries, max(low) AS most
  WITH severity, basis, reduce(s = {v: 0.0, front: [{n: t, v: 1.0, way: [t.id], links: []}]}, i IN range(0, rounds) |
    CASE WHEN s.front = [] THEN s ELSE head([best IN [coalesce(head(COLLECT {
      UNWIND s.front AS f
      UNWIND [x IN entries WHERE x.at = f.n AND f.v * x.low > s.v] AS x
      RETURN {v: f.v * x.low, way: f.way, links: f.links} AS hit ORDER BY hit.v DESC, hit.links LIMIT 1
    }), s)] | {v: best.v, way: best.way, links: best.links, front: head([row IN [COLLECT {
      UNWIND s.front AS f
      WITH f, f.n AS b
      MATCH (a)-[e:HOLDS|OPERATES|OWNS|PERFORMS|RECRUITS_FOR|RUNS|DELIVERED_UNDER|SUPPLIES]->(b)
      WHERE e.valid_from <= day < e.valid_to AND e.status <> 'generic' AND type(e) IN passes
        AND (type(e) <> 'OWNS' OR coalesce(e.control OR e.share >= 0.5 OR e.share_max >= 0.5, false))
        AND f.v * e.confidence * most > best.v
      RETURN {n: a, v: f.v * e.confidence, way: [a.id] + f.way, links: [e.id] + f.links} AS step
      ORDER BY a.id, step.v DESC, step.links
    }] | [j IN range(0, size(row) - 1) WHERE j = 0 OR row[j].n <> row[j - 1].n | row[j]]])}]) END) AS found
  RETURN collect({severity: severity, basis: basis, found: found}) AS ways
}
UNWIND [4, 3, 2, 1, 0] AS severity
UNWIND ['specific', 'generic'] AS basis
WITH *, [w IN ways WHERE w.basis = basis AND w.severity >= severity | w.found] AS ways,
  [s IN seeds WHERE s.basis = basis AND s.high > 0 AND coalesce(s.severity >= severity, true)] AS counts
WHERE counts <> []
WITH *, reduce(best = {v: 0.0}, w IN ways | CASE WHEN w.v > best.v THEN w ELSE best END) AS best
RETURN severity, basis, best.v AS low,
  reduce(most = 0.0, s IN counts | CASE WHEN s.high > most THEN s.high ELSE most END) AS high,
  all(s IN counts WHERE s.severity IS NULL) AS severity_unknown,
  COLLECT { UNWIND counts AS s RETURN DISTINCT s.of AS id ORDER BY id } AS statements, best.way AS path,
  best.links AS links, all(w IN ways WHERE w.front = []) AS complete,
  EXISTS { (:KedjaPublication {valid_at: day}) } AS day_is_marks
ORDER BY severity DESC, basis DESC
