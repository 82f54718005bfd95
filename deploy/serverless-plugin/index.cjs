// Loads the plugin, which is written in TypeScript, into the framework, which is CommonJS.
"use strict";

// Compiles what the plugin requires while it is loaded.
require("tsx/cjs/api").register();
module.exports = require("./plugin.ts").Deployment;
