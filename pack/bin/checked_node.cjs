/*
 * Throws where Node is too old: what the launcher and the modules for programs load before all else. It is written for old versions, too.
 */
"use strict";

const about = require("../package.json");

/** Whether a version is not below another. */
function isAtLeast(version, least) {
  const a = version.split(".").map(Number);
  const b = least.split(".").map(Number);
  for (let i = 0; i < 3; i++) {
    if (a[i] !== b[i]) return a[i] > b[i];
  }
  return true;
}

const least = about.engines.node.replace(/^>=/, "");
if (!process.versions.deno && !isAtLeast(process.versions.node, least)) {
  throw new Error(
    "this is Node " + process.versions.node + ", and softprompt needs " + least +
      " or newer: install a newer one (https://nodejs.org)",
  );
}
