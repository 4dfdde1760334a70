/**
 * A mktrouble that can be killed at any moment, and quickly started: it holds an agent's lifeline, and gives it one plan
 * after the other. Arguments: the agent's program, and its arguments. Standard input: the request with the plan.
 */
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';

const request = readFileSync(0, 'utf8');
const agent = spawn(process.argv[2], process.argv.slice(3), { stdio: ['pipe', 'pipe', 'inherit'] });
const ask = () => agent.stdin.write(request);
agent.stdout.on('data', ask);
process.stdout.write(`${agent.pid}\n`);
