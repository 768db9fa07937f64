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
// What a public reader sees of the last publication: run is the last one published, hidden what is not.
MATCH (store:KedjaStore {key: 'store'})
WITH contract, risk, rounds, valid_at AS day,
  store.run AS run, store.hidden AS hidden, 0 AS clearance, store.projected = store.publication AS now
// What contract names, by id or by key (scheme:value): of things judged to be the same, the one that stands for all.
CALL (contract) {
  MATCH (b:KedjaBase {id: contract}) RETURN b
  UNION
  UNWIND CASE WHEN contract CONTAINS ':' THEN [contract] ELSE [] END AS key
  MATCH (b:KedjaBase {key: key}) RETURN b
}
OPTIONAL MATCH (b)-[u:KEDJA_UNDER]->(h) WHERE u.added <= run AND NOT u.added IN hidden
    AND coalesce(u.retracted > run OR u.retracted IN hidden, true)
WITH DISTINCT risk, rounds, day, run, hidden, clearance, now, coalesce(h, b) AS t
// Each risk type: what decides along which links it passes, and the ids under which it and the narrower ones are known.
WITH t, rounds, day, run, hidden, clearance, now, head([row IN [
  ['human-rights', 'H', [
    'e4254e6add81ee76d83f4', 'e7c067bffe0617c4c4d60', 'e63b90f05c242df74fd55', 'ed277487d1dca6a3a5799',
    'e6653f7e835e8074f1ba5']],
  ['land-rights', 'H', ['e6653f7e835e8074f1ba5']],
  ['community-health', 'H', ['e4254e6add81ee76d83f4']],
  ['conflict-minerals', 'H', ['e7c067bffe0617c4c4d60']],
  ['defenders', 'H', ['e63b90f05c242df74fd55']],
  ['workers-rights', 'HL', [
    'e8ee6443e4de324ba4f23', 'e2a3fb03ad753c5c5fa6d', 'e0d9875f8d7b01d83f092', 'e9488e22dca93add9d599',
    'e5f90dad18375d076664a', 'eed7641fb266465fb7c8a', 'e71e09fdeb1e4d8702649', 'e6ba7d5afecad00b494ba',
    'e4cefafb5bdb49f86d11a', 'e3862c7dfcc50f4be6bff']],
  ['forced-labour', 'HL', ['e2a3fb03ad753c5c5fa6d', 'e9488e22dca93add9d599', 'e71e09fdeb1e4d8702649']],
  ['debt-bondage', 'HL', ['e2a3fb03ad753c5c5fa6d']],
  ['state-imposed-labour', 'HL', ['e71e09fdeb1e4d8702649']],
  ['child-labour', 'HL', ['e8ee6443e4de324ba4f23']],
  ['freedom-of-association', 'HL', ['e5f90dad18375d076664a']],
  ['discrimination', 'HL', ['e0d9875f8d7b01d83f092']],
  ['occupational-safety', 'HL', ['eed7641fb266465fb7c8a']],
  ['wages', 'HL', ['e6ba7d5afecad00b494ba']],
  ['working-hours', 'HL', ['e3862c7dfcc50f4be6bff']],
  ['environment', 'H', [
    'e6e1dd3d0b59258d020f9', 'e579d79d8ed2cc06a3e94', 'e92743580e5270fd30581', 'e10cbfa3cc23438af5ee7',
    'e6a02fed9874d2834f13f', 'e19fc2353f6b6a15eb676', 'ea2ef07845b0bafcf5fc9', 'e1de6501cf9218ad04709',
    'ea0e1bc9de421b3fbcdb3']],
  ['water-pollution', 'H', ['e6e1dd3d0b59258d020f9', 'e1de6501cf9218ad04709']],
  ['antimicrobial-pollution', 'H', ['e6e1dd3d0b59258d020f9']],
  ['water-use', 'H', ['ea0e1bc9de421b3fbcdb3']],
  ['chemicals', 'H', ['e92743580e5270fd30581']],
  ['deforestation', 'H', ['e6a02fed9874d2834f13f']],
  ['climate', 'H', ['e10cbfa3cc23438af5ee7']],
  ['biodiversity', 'H', ['e579d79d8ed2cc06a3e94']],
  ['waste', 'H', ['ea2ef07845b0bafcf5fc9']],
  ['business-ethics', 'H', [
    'e46027e50036a4ba51432', 'e85e7381733a54766bfad', 'e0a67b16b1bd940260b88', 'ec46285cad92c20dcfa0b']],
  ['bribery', 'H', ['e46027e50036a4ba51432']],
  ['false-documents', 'H', ['e0a67b16b1bd940260b88']],
  ['tax-evasion', 'H', ['ec46285cad92c20dcfa0b']],
  ['own-conduct', 'O', ['e2124e676e9889a9568b4']],
  ['sanctions', 'S', ['e212631f48990300ca0d3']],
  ['disruption', 'D', ['e73c91b1c4a76614c26fa']]
] WHERE row[0] = risk]) AS asked
WITH t, rounds, day, run, hidden, clearance, now, asked[1] STARTS WITH 'H' AS harm, {
  H: ['DELIVERED_UNDER', 'PERFORMS', 'SUPPLIES'],
  HL: ['DELIVERED_UNDER', 'PERFORMS', 'RECRUITS_FOR', 'SUPPLIES'],
  O: ['HOLDS', 'OPERATES', 'RUNS'],
  S: ['DELIVERED_UNDER', 'HOLDS', 'OPERATES', 'OWNS', 'RUNS', 'SUPPLIES'],
  D: ['DELIVERED_UNDER', 'OPERATES', 'PERFORMS', 'RUNS', 'SELLS_TO', 'SUPPLIES']
}[asked[1]] AS passes, asked[2] AS ids
// What is said of the risk and where it enters.
CALL (ids, harm, day, run, hidden, clearance, now) {
  UNWIND ids AS id
  MATCH (b:KedjaBase {id: id})
  OPTIONAL MATCH (b)-[u:KEDJA_UNDER]->(h) WHERE u.added <= run AND NOT u.added IN hidden
      AND coalesce(u.retracted > run OR u.retracted IN hidden, true)
  OPTIONAL MATCH (b)<-[:KEDJA_KEY]-(o), (rec:KedjaRecord {base: o.node}), (y:KedjaBase {node: rec.entity})
  WHERE rec.added <= run AND NOT rec.added IN hidden AND rec.secrecy <= clearance
      AND coalesce(rec.retracted > run OR rec.retracted IN hidden, true)
  UNWIND [coalesce(h, b), y] AS type
  WITH DISTINCT type WHERE type IS NOT NULL
  MATCH p = (type)<-[:OF_TYPE*1]-(st)
  WHERE all(e IN relationships(p) WHERE e.added <= run AND NOT e.added IN hidden AND e.secrecy <= clearance
      AND coalesce(e.retracted > run OR e.retracted IN hidden, true)
      AND NOT e.denied AND coalesce(e.valid_from <= day, true) AND coalesce(e.valid_to > day, true))
    AND all(n IN nodes(p) WHERE CASE WHEN now AND coalesce(n.valid_from <= day, true)
        AND coalesce(n.valid_to > day, true) THEN true
      ELSE all(recs IN [COLLECT { MATCH (rec:KedjaRecord {entity: n.node})
        WHERE rec.added <= run AND NOT rec.added IN hidden AND rec.secrecy <= clearance
          AND coalesce(rec.retracted > run OR rec.retracted IN hidden, true) RETURN rec }]
        WHERE recs = [] OR any(rec IN recs WHERE coalesce(rec.valid_from <= day, true))
          AND any(rec IN recs WHERE coalesce(rec.valid_to > day, true))) END)
  WITH DISTINCT st, harm, day, run, hidden, clearance, now
  CALL (st, run, hidden, clearance) {
    MATCH (rec:KedjaRecord {entity: st.node})
    WHERE rec.added <= run AND NOT rec.added IN hidden AND rec.secrecy <= clearance
        AND coalesce(rec.retracted > run OR rec.retracted IN hidden, true)
    MATCH (base:KedjaBase {node: rec.base})
    WITH rec ORDER BY rec.base <> rec.entity, base.id, rec.hash, rec.row
    WITH collect(rec.properties) AS said, collect(rec.status) AS statuses, max(rec.confidence) AS stated
    RETURN stated AS stated, CASE WHEN 'verified' IN statuses THEN 'verified'
        WHEN statuses = [] OR 'declared' IN statuses THEN 'declared' ELSE 'generic' END AS status,
      head([t IN said WHERE t CONTAINS '"standing":"'
        | split(split(t, '"standing":"')[1], '"')[0]]) AS standing,
      head([t IN said WHERE t CONTAINS '"revoked":"'
        | split(split(t, '"revoked":"')[1], '"')[0]]) AS revoked,
      head([t IN said WHERE t CONTAINS '"issued":"'
        | split(split(t, '"issued":"')[1], '"')[0]]) AS issued,
      head([t IN said WHERE t CONTAINS '"stage":"'
        | split(split(t, '"stage":"')[1], '"')[0]]) AS stage,
      head([t IN said WHERE t CONTAINS '"level":"'
        | split(split(t, '"level":"')[1], '"')[0]]) AS level,
      head([t IN said WHERE t CONTAINS '"severity":'
        | toFloat(split(split(split(t, '"severity":')[1], ',')[0], '}')[0])]) AS severity,
      head([t IN said WHERE t CONTAINS '"likelihood":'
        | toFloat(split(split(split(t, '"likelihood":')[1], ',')[0], '}')[0])]) AS likelihood
  }
  WITH harm, day, run, hidden, clearance, now, st, stage, stated, status, severity, likelihood, level
  WHERE NOT coalesce(standing IN ['refuted'], false)
    AND coalesce(revoked > toString(day), true) AND coalesce(issued <= toString(day), true)
  WITH harm, day, run, hidden, clearance, now, st, stage, severity, likelihood, {
    `uhm-low`: {severity: 1, likelihood: 0.1, unknown: false},
    `uhm-medium-high`: {severity: 2, likelihood: 0.3, unknown: false},
    `uhm-high`: {severity: 3, likelihood: 0.6, unknown: false},
    `uhm-insufficient-information`: {severity: null, likelihood: null, unknown: true},
    `dfo-medium-high`: {severity: 2, likelihood: 0.3, unknown: false},
    `dfo-high`: {severity: 3, likelihood: 0.6, unknown: false},
    `dfo-very-high`: {severity: 4, likelihood: 0.7, unknown: false},
    `nhs-medium`: {severity: 2, likelihood: 0.3, unknown: false},
    `nhs-high`: {severity: 3, likelihood: 0.6, unknown: false}
  }[level] AS read, coalesce(stated, {`verified`: 0.95, `declared`: 0.7, `generic`: 0.3}[status]) AS confidence
  WITH harm, day, run, hidden, clearance, now, st, stage, confidence, coalesce(severity, read.severity) AS severity,
    coalesce(likelihood, read.likelihood) AS said, coalesce(read.unknown, false) AS unknown
  WHERE NOT (unknown AND severity IS NULL AND said IS NULL)
  CALL (st, day, run, hidden, clearance, now) {
    OPTIONAL MATCH p = (st)-[:ABOUT*1]->(part)
    WHERE all(e IN relationships(p) WHERE e.added <= run AND NOT e.added IN hidden AND e.secrecy <= clearance
        AND coalesce(e.retracted > run OR e.retracted IN hidden, true)
        AND NOT e.denied AND coalesce(e.valid_from <= day, true) AND coalesce(e.valid_to > day, true))
      AND all(n IN nodes(p) WHERE CASE WHEN now AND coalesce(n.valid_from <= day, true)
          AND coalesce(n.valid_to > day, true) THEN true
        ELSE all(recs IN [COLLECT { MATCH (rec:KedjaRecord {entity: n.node})
          WHERE rec.added <= run AND NOT rec.added IN hidden AND rec.secrecy <= clearance
            AND coalesce(rec.retracted > run OR rec.retracted IN hidden, true) RETURN rec }]
          WHERE recs = [] OR any(rec IN recs WHERE coalesce(rec.valid_from <= day, true))
            AND any(rec IN recs WHERE coalesce(rec.valid_to > day, true))) END)
    WITH collect(DISTINCT part) AS parts
    RETURN [x IN parts WHERE x.kind IN ['Organisation', 'Site']] AS actors,
      [x IN parts WHERE x.kind = 'Step'] AS steps, [x IN parts WHERE x.kind = 'Place'] AS places,
      [x IN parts WHERE x.kind IN ['Category', 'Material', 'Product']] AS kinds
  }
  CALL (actors, steps, kinds, places, stage, harm, day, run, hidden, clearance, now) {
    // A scope that names only actors enters there; a harm said of a company alone enters nowhere.
    UNWIND CASE WHEN steps + kinds + places = [] AND stage IS NULL THEN actors ELSE [] END AS at
    WITH at WHERE NOT (harm AND at.kind = 'Organisation')
    RETURN at, true AS specific
    UNION
    UNWIND CASE WHEN steps + kinds + places = [] AND stage IS NULL THEN [] ELSE actors + steps END AS near
    CALL (near, day, run, hidden, clearance, now) {
      WITH near WHERE near.kind = 'Step'
      RETURN near AS at
      UNION
      MATCH p = (near)-[:OPERATES|PERFORMS|RUNS*1..2]->(at)
      WHERE at.kind = 'Step'
        AND all(e IN relationships(p) WHERE e.added <= run AND NOT e.added IN hidden AND e.secrecy <= clearance
          AND coalesce(e.retracted > run OR e.retracted IN hidden, true)
          AND NOT e.denied AND coalesce(e.valid_from <= day, true) AND coalesce(e.valid_to > day, true))
        AND all(n IN nodes(p) WHERE CASE WHEN now AND coalesce(n.valid_from <= day, true)
            AND coalesce(n.valid_to > day, true) THEN true
          ELSE all(recs IN [COLLECT { MATCH (rec:KedjaRecord {entity: n.node})
            WHERE rec.added <= run AND NOT rec.added IN hidden AND rec.secrecy <= clearance
              AND coalesce(rec.retracted > run OR rec.retracted IN hidden, true) RETURN rec }]
            WHERE recs = [] OR any(rec IN recs WHERE coalesce(rec.valid_from <= day, true))
              AND any(rec IN recs WHERE coalesce(rec.valid_to > day, true))) END)
      RETURN DISTINCT at
    }
    WITH DISTINCT at, actors, steps, kinds, places, stage, day, run, hidden, clearance, now
    WHERE (steps = [] OR at IN steps)
      AND (actors = [] OR EXISTS {
        MATCH p = (at)<-[:OPERATES|PERFORMS|RUNS*1..2]-(actor)
        WHERE actor IN actors
          AND all(e IN relationships(p) WHERE e.added <= run AND NOT e.added IN hidden AND e.secrecy <= clearance
          AND coalesce(e.retracted > run OR e.retracted IN hidden, true)
          AND NOT e.denied AND coalesce(e.valid_from <= day, true) AND coalesce(e.valid_to > day, true))
        AND all(n IN nodes(p) WHERE CASE WHEN now AND coalesce(n.valid_from <= day, true)
            AND coalesce(n.valid_to > day, true) THEN true
          ELSE all(recs IN [COLLECT { MATCH (rec:KedjaRecord {entity: n.node})
            WHERE rec.added <= run AND NOT rec.added IN hidden AND rec.secrecy <= clearance
              AND coalesce(rec.retracted > run OR rec.retracted IN hidden, true) RETURN rec }]
            WHERE recs = [] OR any(rec IN recs WHERE coalesce(rec.valid_from <= day, true))
              AND any(rec IN recs WHERE coalesce(rec.valid_to > day, true))) END)
      })
      AND (places = [] OR EXISTS {
        MATCH p = (at)<-[:PERFORMS*0..1]-()-[:LOCATED_IN|PART_OF*1..]->(place)
        WHERE place IN places
          AND all(e IN relationships(p) WHERE e.added <= run AND NOT e.added IN hidden AND e.secrecy <= clearance
          AND coalesce(e.retracted > run OR e.retracted IN hidden, true)
          AND NOT e.denied AND coalesce(e.valid_from <= day, true) AND coalesce(e.valid_to > day, true))
        AND all(n IN nodes(p) WHERE CASE WHEN now AND coalesce(n.valid_from <= day, true)
            AND coalesce(n.valid_to > day, true) THEN true
          ELSE all(recs IN [COLLECT { MATCH (rec:KedjaRecord {entity: n.node})
            WHERE rec.added <= run AND NOT rec.added IN hidden AND rec.secrecy <= clearance
              AND coalesce(rec.retracted > run OR rec.retracted IN hidden, true) RETURN rec }]
            WHERE recs = [] OR any(rec IN recs WHERE coalesce(rec.valid_from <= day, true))
              AND any(rec IN recs WHERE coalesce(rec.valid_to > day, true))) END)
      })
      AND (kinds = [] OR EXISTS {
        MATCH p = (at)-[:OUTPUTS]->() ((a)-[up:BROADER|IN_CATEGORY|MATCHES]-(b)
          WHERE CASE type(up) WHEN 'MATCHES'
            THEN up.relation = 'exact' OR up.relation = CASE startNode(up) WHEN a THEN 'broader' ELSE 'narrower' END
            ELSE startNode(up) = a END){0,}(kind)
        WHERE kind IN kinds
          AND all(e IN relationships(p) WHERE e.added <= run AND NOT e.added IN hidden AND e.secrecy <= clearance
          AND coalesce(e.retracted > run OR e.retracted IN hidden, true)
          AND NOT e.denied AND coalesce(e.valid_from <= day, true) AND coalesce(e.valid_to > day, true))
        AND all(n IN nodes(p) WHERE CASE WHEN now AND coalesce(n.valid_from <= day, true)
            AND coalesce(n.valid_to > day, true) THEN true
          ELSE all(recs IN [COLLECT { MATCH (rec:KedjaRecord {entity: n.node})
            WHERE rec.added <= run AND NOT rec.added IN hidden AND rec.secrecy <= clearance
              AND coalesce(rec.retracted > run OR rec.retracted IN hidden, true) RETURN rec }]
            WHERE recs = [] OR any(rec IN recs WHERE coalesce(rec.valid_from <= day, true))
              AND any(rec IN recs WHERE coalesce(rec.valid_to > day, true))) END)
      })
    CALL (at, run, hidden, clearance) {
      MATCH (rec:KedjaRecord {entity: at.node})
      WHERE rec.added <= run AND NOT rec.added IN hidden AND rec.secrecy <= clearance
          AND coalesce(rec.retracted > run OR rec.retracted IN hidden, true)
      MATCH (base:KedjaBase {node: rec.base})
      WITH rec ORDER BY rec.base <> rec.entity, base.id, rec.hash, rec.row
      WITH collect(rec.properties) AS said, collect(rec.status) AS statuses, max(rec.confidence) AS stated
      RETURN stated AS at_stated, CASE WHEN 'verified' IN statuses THEN 'verified'
          WHEN statuses = [] OR 'declared' IN statuses THEN 'declared' ELSE 'generic' END AS at_status,
        head([t IN said WHERE t CONTAINS '"stage":"'
          | split(split(t, '"stage":"')[1], '"')[0]]) AS at_stage
    }
    WITH at, actors, day, run, hidden, clearance, now
    WHERE stage IS NULL OR at_stage = stage
      OR at_stage IN {`raw-material`: ['cultivation', 'extraction', 'recycling'], `processing`: ['component']}[stage]
    RETURN at, actors <> [] OR EXISTS {
      MATCH p = (at)<-[:OPERATES|PERFORMS|RUNS*1..2]-(actor)
      WHERE all(e IN relationships(p) WHERE e.added <= run AND NOT e.added IN hidden AND e.secrecy <= clearance
          AND coalesce(e.retracted > run OR e.retracted IN hidden, true)
          AND NOT e.denied AND coalesce(e.valid_from <= day, true) AND coalesce(e.valid_to > day, true))
        AND all(n IN nodes(p) WHERE CASE WHEN now AND coalesce(n.valid_from <= day, true)
            AND coalesce(n.valid_to > day, true) THEN true
          ELSE all(recs IN [COLLECT { MATCH (rec:KedjaRecord {entity: n.node})
            WHERE rec.added <= run AND NOT rec.added IN hidden AND rec.secrecy <= clearance
              AND coalesce(rec.retracted > run OR rec.retracted IN hidden, true) RETURN rec }]
            WHERE recs = [] OR any(rec IN recs WHERE coalesce(rec.valid_from <= day, true))
              AND any(rec IN recs WHERE coalesce(rec.valid_to > day, true))) END)
    } AS specific
  }
  WITH at, specific, st.id AS statement, toInteger(severity) AS severity, confidence,
    CASE st.kind WHEN 'Finding' THEN 1.0 ELSE said END AS likelihood
  RETURN collect({at: at, specific: specific, statement: statement, severity: severity,
    low: coalesce(likelihood, 0.0) * confidence, high: coalesce(likelihood, 1.0)}) AS entering
}
// What of it reaches the contract.
WITH t, rounds, day, run, hidden, clearance, now, passes, entering, [s IN entering | s.at] AS ats
CALL (t, passes, ats, day, run, hidden, clearance, now) {
  MATCH p = (t)<-[:DELIVERED_UNDER|HOLDS|OPERATES|OWNS|PERFORMS|RECRUITS_FOR|RUNS|SELLS_TO|SUPPLIES*0..]-(at)
  WHERE all(e IN relationships(p) WHERE e.added <= run AND NOT e.added IN hidden AND e.secrecy <= clearance
      AND coalesce(e.retracted > run OR e.retracted IN hidden, true)
      AND NOT e.denied AND coalesce(e.valid_from <= day, true) AND coalesce(e.valid_to > day, true)
      AND e.status <> 'generic'
      AND type(e) IN passes AND (NOT type(e) IN ['OWNS'] OR coalesce(e.control, false) OR coalesce(e.share, 0) >= 0.5))
    AND all(n IN nodes(p) WHERE CASE WHEN now AND coalesce(n.valid_from <= day, true)
        AND coalesce(n.valid_to > day, true) THEN true
      ELSE all(recs IN [COLLECT { MATCH (rec:KedjaRecord {entity: n.node})
        WHERE rec.added <= run AND NOT rec.added IN hidden AND rec.secrecy <= clearance
          AND coalesce(rec.retracted > run OR rec.retracted IN hidden, true) RETURN rec }]
        WHERE recs = [] OR any(rec IN recs WHERE coalesce(rec.valid_from <= day, true))
          AND any(rec IN recs WHERE coalesce(rec.valid_to > day, true))) END)
  WITH DISTINCT at WHERE at IN ats
  RETURN collect(at) AS reached
}
WITH t, rounds, day, run, hidden, clearance, now, passes, [s IN entering WHERE s.at IN reached] AS seeds
// low: the best way of each severity and basis by itself, from the contract upstream to where the risk enters.
CALL (t, rounds, passes, seeds, day, run, hidden, clearance, now) {
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
      MATCH (a)-[e:DELIVERED_UNDER|HOLDS|OPERATES|OWNS|PERFORMS|RECRUITS_FOR|RUNS|SELLS_TO|SUPPLIES]->(b)
      WITH a, e, way, [e.ord] + links AS links, bar,
        v * coalesce(e.confidence,
          CASE e.status WHEN 'generic' THEN 0.3 WHEN 'declared' THEN 0.7 WHEN 'verified' THEN 0.95 END) AS v
      WHERE v * most > bar AND type(e) IN passes
        AND (NOT type(e) IN ['OWNS'] OR coalesce(e.control, false) OR coalesce(e.share, 0) >= 0.5)
        AND e.added <= run AND NOT e.added IN hidden AND e.secrecy <= clearance
          AND coalesce(e.retracted > run OR e.retracted IN hidden, true)
          AND NOT e.denied AND coalesce(e.valid_from <= day, true) AND coalesce(e.valid_to > day, true)
        AND e.status <> 'generic'
        AND CASE WHEN now AND coalesce(a.valid_from <= day, true)
            AND coalesce(a.valid_to > day, true) THEN true
          ELSE all(recs IN [COLLECT { MATCH (rec:KedjaRecord {entity: a.node})
            WHERE rec.added <= run AND NOT rec.added IN hidden AND rec.secrecy <= clearance
              AND coalesce(rec.retracted > run OR rec.retracted IN hidden, true) RETURN rec }]
            WHERE recs = [] OR any(rec IN recs WHERE coalesce(rec.valid_from <= day, true))
              AND any(rec IN recs WHERE coalesce(rec.valid_to > day, true))) END
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
    | 'l' + reduce(x = ['', o], i IN range(1, 16) |
      [substring('0123456789abcdef', x[1] % 16, 1) + x[0], x[1] / 16])[0]] AS links,
  all(w IN ways WHERE w.complete) AS complete
ORDER BY severity DESC, basis DESC
