// The picture of a page as PNG, made here from its SVG at twice its size: the fonts are those of this machine.

const MOST = 16384; // Pixels of a side, as browsers hold them.

for (const button of document.querySelectorAll("button[data-png]")) {
  button.hidden = false;
  button.addEventListener("click", async () => {
    button.disabled = true;
    try {
      save(await png(button.dataset.png), button.dataset.name);
    } finally {
      button.disabled = false;
    }
  });
}

/** @param {string} address of the SVG */
async function png(address) {
  const answer = await fetch(address);
  if (!answer.ok) throw new Error(`${address}: ${answer.status}`);
  const from = URL.createObjectURL(await answer.blob());
  const image = new Image();
  image.src = from;
  await image.decode();
  URL.revokeObjectURL(from);
  const scale = Math.min(2, MOST / image.width, MOST / image.height);
  const canvas = document.createElement("canvas");
  canvas.width = Math.floor(image.width * scale);
  canvas.height = Math.floor(image.height * scale);
  canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
  return new Promise((done) => canvas.toBlob(done, "image/png"));
}

/** @param {Blob} file */
function save(file, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(file);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
