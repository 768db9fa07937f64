// Draws the snapshot where the server placed it. Runs inside the file, under a policy that knows its hash.
(function () {
  var data = JSON.parse(document.getElementById("data").textContent);
  var network = new vis.Network(
    document.getElementById("graph"),
    { nodes: new vis.DataSet(data.nodes), edges: new vis.DataSet(data.edges) },
    data.options
  );
  // Whole where the text stays readable; else the left part, at a scale that can be read.
  network.once("afterDrawing", function () {
    network.fit();
    if (network.getScale() >= 0.55) return;
    var box = document.getElementById("graph");
    network.moveTo({ scale: 0.7, position: { x: box.clientWidth / 1.4 - 160, y: network.getViewPosition().y } });
  });
  document.documentElement.dataset.ready = "yes";
})();
