// SPDX-License-Identifier: GPL-3.0-or-later
// node validate.js FILE.glb: what Khronos' validator finds, as JSON. NODE_PATH says where it is.
const { readFileSync } = require("fs");
const { validateBytes } = require("gltf-validator");

validateBytes(new Uint8Array(readFileSync(process.argv[2]))).then((report) =>
  process.stdout.write(JSON.stringify(report.issues)),
);
