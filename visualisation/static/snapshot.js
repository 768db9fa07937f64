// Draws the snapshot where the server placed it. Runs inside the file, under a policy that knows its hash.
(function () {
  var data = JSON.parse(document.getElementById("data").textContent);
  var network = new vis.Network(
    document.getElementById("graph"),
    { nodes: new vis.DataSet(data.nodes), edges: new vis.DataSet(data.edges) },
    data.options
  );
  network.once("afterDrawing", function () { network.fit(); });
  document.documentElement.dataset.ready = "yes";
})();
