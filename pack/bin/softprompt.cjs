#!/usr/bin/env node
/*
 * What npm calls: it starts Deno, of the package that npm has installed for this system, with the launcher, which starts the program
 * with the permissions that the verb needs. It is written for old versions of Node, too, so that they can say that they are too old.
 */
"use strict";

const childProcess = require("child_process");
const fs = require("fs");
const os = require("os");
const path = require("path");
const about = require("../package.json");

/** How often it is asked whether the caller is there, in milliseconds. */
const PERIOD = 500;

/** The exit code of wrong use, as of the program itself. */
const WRONG_USE = 2;

function refuse(message) {
  process.stderr.write("error: " + message + "\n");
  process.exit(WRONG_USE);
}

/** Whether the C library is musl: of glibc, Node's report names the version. */
function isMusl() {
  if (process.platform !== "linux" || !process.report) return false;
  process.report.excludeNetwork = true;
  const report = process.report.getReport();
  return !(typeof report === "string" ? JSON.parse(report) : report).header.glibcVersionRuntime;
}

/** Deno's program: the one that runs this, else that of the package for this system. */
function findDeno() {
  if (process.versions.deno) return process.execPath;
  const libc = process.platform === "linux" ? "-glibc" : "";
  const name = "@deno/" + process.platform + "-" + process.arch + libc;
  const version = (about.optionalDependencies || {})[name];
  if (version === undefined || isMusl()) {
    const system = process.platform + " " + process.arch + (isMusl() ? " with musl" : "");
    refuse(
      "there is no Deno for this system (" + system + "): use one of " +
        Object.keys(about.optionalDependencies).map(function (one) {
          return one.replace("@deno/", "");
        }).join(", ") + (isMusl() ? "; in containers, an image with glibc, such as node:22-slim" : ""),
    );
  }
  const program = programIn(name);
  if (program === undefined || !fs.existsSync(program)) {
    refuse(
      name + " " + version + " is not installed" +
        (program === undefined ? "" : " whole (there is no " + program + ")") +
        ", which has Deno for this system: install softprompt again, " +
        "with optional dependencies (npm install --include=optional softprompt@" + about.version + ")",
    );
  }
  return program;
}

/** Deno's program in a package; undefined where there is no such package. */
function programIn(name) {
  try {
    return path.join(
      path.dirname(require.resolve(name + "/package.json")),
      process.platform === "win32" ? "deno.exe" : "deno",
    );
  } catch (_) {
    return undefined;
  }
}

/** The process that has called this one and, under npx, the one that has called that: others take their places when they have ended. */
function callersNow() {
  const isUnderNpx = process.env.npm_lifecycle_event === "npx" && process.platform !== "win32";
  return process.ppid + " " + (isUnderNpx ? callerOf(process.ppid) : "");
}

function callerOf(id) {
  try {
    if (process.platform !== "linux") {
      return childProcess.execFileSync("ps", ["-o", "ppid=", "-p", String(id)], { encoding: "utf8" }).trim();
    }
    const stat = fs.readFileSync("/proc/" + id + "/stat", "utf8");
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1];
  } catch (_) {
    return "";
  }
}

/** Makes a program executable, where a package manager has not. */
function makeExecutable(file) {
  try {
    fs.accessSync(file, fs.constants.X_OK);
  } catch (_) {
    try {
      fs.chmodSync(file, 493);
    } catch (error) {
      refuse(
        file + " may not be executed, and cannot be made so (" + error.code + "): install softprompt again",
      );
    }
  }
}

try {
  require("./checked_node.cjs");
} catch (error) {
  refuse(error.message);
}

if (process.versions.deno && Deno.permissions.querySync({ name: "run" }).state !== "granted") {
  refuse(
    "Deno lets softprompt start no program: install it by deno install -g -A npm:softprompt; the program that it " +
      "starts gets no more than the verb needs",
  );
}

const deno = findDeno();
makeExecutable(deno);
const launcher = path.join(__dirname, "../dist/deno/launch.js");
const args = [
  "run",
  "--quiet",
  "--allow-all",
  "--no-config",
  "--no-lock",
  "--no-npm",
  "--no-remote",
  launcher,
];
const child = childProcess.spawn(deno, args.concat(process.argv.slice(2)), {
  stdio: "inherit",
  env: Object.assign({}, process.env, { DENO_NO_UPDATE_CHECK: "1", DENO_NO_PACKAGE_JSON: "1" }),
});

// The launcher ends the program in good order: this process stays until it has.
const signals = process.platform === "win32" ? ["SIGINT", "SIGBREAK"] : ["SIGINT", "SIGTERM", "SIGHUP"];
signals.forEach(function (signal) {
  process.on(signal, function () {
    if (process.platform !== "win32") child.kill(signal);
  });
});

// npx calls this by a shell, and ends without a word when its terminal is closed or it is killed.
let callers = callersNow();
setInterval(function () {
  const now = callersNow();
  if (now === callers) return;
  callers = now;
  child.kill("SIGTERM");
}, PERIOD).unref();

child.on("error", function (error) {
  refuse(deno + " cannot be started: " + error.message);
});
child.on("exit", function (code, signal) {
  process.exit(signal === null ? code : 128 + os.constants.signals[signal]);
});
