/**
 * The client of `mktrouble lsp` for VS Code. All that it shows comes from the server: mistakes, explanations, and above each scenario
 * the command that runs it and its last result. A workspace without mktrouble is left alone.
 */

const { existsSync } = require('node:fs');
const path = require('node:path');
const vscode = require('vscode');
const { LanguageClient } = require('vscode-languageclient/node');

/** @type {LanguageClient | undefined} */
let client;

/** Starts the server in the folder of the workspace. */
async function activate() {
  const folder = vscode.workspace.workspaceFolders?.[0];
  if (folder === undefined || folder.uri.scheme !== 'file') return;
  const [command, ...args] = vscode.workspace.getConfiguration('mktrouble').get('command', []);
  // `npx` would ask the registry for a program that the workspace does not have.
  const isInstalled = existsSync(path.join(folder.uri.fsPath, 'node_modules', '.bin', 'mktrouble'));
  if (command === undefined || (command === 'npx' && !isInstalled)) return;
  const server = { command, args, options: { cwd: folder.uri.fsPath } };
  const documents = { documentSelector: [{ scheme: 'file', language: 'yaml' }], workspaceFolder: folder };
  client = new LanguageClient('mktrouble', 'mktrouble', server, documents);
  await client.start();
}

/** Ends the server. */
async function deactivate() {
  await client?.stop();
  client = undefined;
}

module.exports = { activate, deactivate };
