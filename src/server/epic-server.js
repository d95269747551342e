#!/usr/bin/env node
// A package links only programs inside its own folder, and this one is built outside of it.
import '../../dist/server/main.js';
