"""The graph in Neo4j, on Community features only: a projection of one publication, made from a snapshot."""
