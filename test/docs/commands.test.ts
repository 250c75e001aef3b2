import { spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { startDatabase } from '../../scripts/local/database.ts';
import { createApp } from '../../src/app.ts';
import { createServices } from '../../src/services.ts';

const ROOT = new URL('../..', import.meta.url).pathname;
const FILES = [
  'README.md',
  ...readdirSync(join(ROOT, 'docs'))
    .filter((file) => file.endsWith('.md'))
    .map((file) => `docs/${file}`),
];

interface Command {
  file: string;
  line: string;
}

/** Blocks of a language, and what stands in backticks and begins like a command. */
function commandsOf(language: 'sh' | 'sql'): Command[] {
  return FILES.flatMap((file) => {
    const text = readFileSync(join(ROOT, file), 'utf8');
    const blocks = [...text.matchAll(/^```(\w*)\n([\s\S]*?)^```$/gm)]
      .filter(([, name]) => name === language)
      .map(([, , body = '']) => body);
    if (language === 'sql') {
      return blocks
        .flatMap((body) => body.split(';'))
        .map((line) => line.trim())
        .filter(Boolean)
        .map((line) => ({ file, line }));
    }
    const outside = text.replaceAll(/^```[\s\S]*?^```$/gm, '');
    const inline = [...outside.matchAll(/`((?:npm|npx|curl|wrangler) [^`]+)`/g)].map(([, line = '']) => line);
    return [...blocks.flatMap(linesOf), ...inline.flatMap(linesOf)].map((line) => ({ file, line }));
  });
}

/** One command each: continued lines joined, quoted text kept together, comments left out. */
function linesOf(body: string): string[] {
  const joined = body.replaceAll(/\\\n\s*/g, ' ');
  const lines: string[] = [];
  let open = '';
  for (const line of joined.split('\n')) {
    open = open === '' ? line : `${open}\n${line}`;
    if ((open.match(/'/g) ?? []).length % 2 === 1) continue;
    lines.push(...open.split(' && ').map((part) => part.trim()));
    open = '';
  }
  return lines.filter((line) => line !== '' && !line.startsWith('#'));
}

const wordsOf = (line: string) =>
  [...line.matchAll(/'[^']*'|"[^"]*"|[^\s'"]+(?:=(?:'[^']*'|"[^"]*"))?/g)].map(([word]) => word);
const optionsOf = (words: string[]) =>
  words.filter((word) => /^--?[A-Za-z]/.test(word)).map((word) => word.split('=')[0] ?? '');

const PATH = [join(ROOT, 'node_modules', '.bin'), process.env.PATH].join(delimiter);
function run(command: string, args: string[]): Promise<{ code: number | null; output: string }> {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd: ROOT,
      env: {
        ...process.env,
        PATH,
        CI: 'true',
        FORCE_COLOR: '0',
        WRANGLER_SEND_METRICS: 'false',
      } as unknown as NodeJS.ProcessEnv,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output = output + chunk));
    child.on('close', (code) => resolve({ code, output }));
  });
}
/** Two at a time: machines of CI have two cores. */
async function runAll<T>(items: T[], work: (item: T) => Promise<void>): Promise<void> {
  const queue = [...items];
  await Promise.all(
    [1, 2].map(async () => {
      for (let item = queue.shift(); item !== undefined; item = queue.shift()) await work(item);
    }),
  );
}

// biome-ignore lint/suspicious/noExplicitAny: a description is looked into field by field
type Json = any;
let document: Json;
beforeAll(async () => {
  const queue = { send: async () => undefined, sendBatch: async () => undefined };
  const bindings = { FLAGS: {}, DRAFT_RETRIES: queue, BACKFILL: queue, ALERTS: queue, API_RATE_LIMIT: {} };
  const variables = {
    DATABASE_URL: 'postgresql://a:b@127.0.0.1:9/c',
    DRAFTGATE_ADMIN_KEY: 'k'.repeat(40),
    OPENAI_API_KEY: 'none',
    OPENAI_BASE_URL: 'http://127.0.0.1:9',
    OPENAI_MODEL: 'm',
    OPENAI_EMBEDDING_MODEL: 'e',
  };
  const app = createApp(createServices({ ENVIRONMENT: 'test', ...bindings, ...variables } as unknown as Env));
  document = await (await app.request('/openapi.json')).json();
});

const resolved = (schema: Json): Json =>
  schema?.$ref === undefined ? schema : resolved(document.components.schemas[schema.$ref.split('/').at(-1)]);

describe('every command of the documents', () => {
  const shell = commandsOf('sh');

  it('is of a kind that is checked here', () => {
    const known = /^(?:npm (?:ci|test|run [\w:-]+)\b|npx wrangler |wrangler |curl |export \w+=|scripts\/postgres\/)/;
    expect(shell.filter(({ line }) => !known.test(line))).toEqual([]);
    expect(shell.length).toBeGreaterThan(50);
  });

  it('npm run: the script exists, and its --help knows the options', { timeout: 180_000 }, async () => {
    const scripts = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')).scripts as Record<string, string>;
    const helps = new Map<string, string>();
    const used = shell.flatMap(({ file, line }) => {
      const [, name, rest = ''] = /^npm run ([\w:-]+)(?:\s+--\s+(.*))?/s.exec(line) ?? [];
      return name === undefined ? [] : [{ file, line, name, options: optionsOf(wordsOf(rest)) }];
    });
    expect(used.filter(({ name }) => scripts[name] === undefined)).toEqual([]);
    const commands = [...new Set(used.filter(({ options }) => options.length > 0).map(({ name }) => name))];
    await runAll(commands, async (name) => {
      const script = /node scripts\/run\.mjs ([\w-]+)/.exec(scripts[name] ?? '')?.[1] ?? name;
      helps.set(name, (await run('node', [join('scripts', `${script}.ts`), '--help'])).output);
    });
    for (const { file, line, name, options } of used) {
      const unknown = options.filter((option) => !new RegExp(`${option}\\b`).test(helps.get(name) ?? ''));
      expect([file, line, unknown]).toEqual([file, line, []]);
    }
  });

  it('wrangler: the command exists, and its --help knows the options', { timeout: 300_000 }, async () => {
    const used = shell.flatMap(({ file, line }) => {
      const [, rest] = /^(?:npx )?wrangler (.*)/s.exec(line) ?? [];
      if (rest === undefined) return [];
      const words = wordsOf(rest);
      const first = words.findIndex((word) => word.startsWith('-'));
      return [
        {
          file,
          line,
          words: (first === -1 ? words : words.slice(0, first)).filter((word) => /^[a-z][a-z-]*$/.test(word)),
          options: optionsOf(words),
        },
      ];
    });
    expect(used.length).toBeGreaterThan(5);
    const helps = new Map<string, string>();
    await runAll([...new Set(used.map(({ words }) => words.join(' ')))], async (words) => {
      helps.set(words, (await run('wrangler', [...words.split(' '), '--help'])).output);
    });
    for (const { file, line, words, options } of used) {
      const help = helps.get(words.join(' ')) ?? '';
      const usage = /^wrangler ([^\n<[]*)/m.exec(help)?.[1]?.trim() ?? '';
      expect([file, line, usage !== '' && `${words.join(' ')} `.startsWith(`${usage} `)]).toEqual([file, line, true]);
      const unknown = options.filter((option) => !new RegExp(`(?:^|[\\s,])${option}\\b`, 'm').test(help));
      expect([file, line, unknown]).toEqual([file, line, []]);
    }
  });

  it('curl: the route exists for its method, with its query and the fields of its body', () => {
    const pages = ['/docs', '/openapi.json', '/inbox', '/admin'];
    const calls = shell.filter(({ line }) => line.startsWith('curl '));
    expect(calls.length).toBeGreaterThan(15);
    for (const { file, line } of calls) {
      const [, url = ''] = /["']?((?:\$DRAFTGATE_URL|http:\/\/127\.0\.0\.1:\d+)[^"'\s]*)/.exec(line) ?? [];
      const [path = '', query = ''] = url.replace(/^(?:\$DRAFTGATE_URL|http:\/\/127\.0\.0\.1:\d+)/, '').split('?');
      if (pages.includes(path)) continue;
      const data = /(?:-d|--data) '([^']*)'/s.exec(line)?.[1];
      const method = (/-X (\w+)/.exec(line)?.[1] ?? (data === undefined ? 'GET' : 'POST')).toLowerCase();
      const route = Object.keys(document.paths).find(
        (candidate) =>
          document.paths[candidate][method] !== undefined &&
          new RegExp(`^${candidate.replaceAll(/\{\w+\}/g, '[^/]+')}$`).test(path),
      );
      expect([file, line, route !== undefined]).toEqual([file, line, true]);
      const operation = document.paths[route as string][method];
      const known = (operation.parameters ?? [])
        .filter((parameter: Json) => parameter.in === 'query')
        .map((parameter: Json) => parameter.name);
      const given = [...new URLSearchParams(query).keys()];
      expect([line, given.filter((name) => !known.includes(name))]).toEqual([line, []]);
      if (data === undefined) {
        expect([line, operation.requestBody?.required ?? false]).toEqual([line, false]);
        continue;
      }
      const body = JSON.parse(data.replaceAll(/"\$\w+"/g, '"x"')) as Record<string, unknown>;
      const schema = resolved(operation.requestBody?.content['application/json'].schema);
      const fields = Object.keys(schema?.properties ?? {});
      expect([line, Object.keys(body).filter((field) => !fields.includes(field))]).toEqual([line, []]);
      expect([line, (schema?.required ?? []).filter((field: string) => !(field in body))]).toEqual([line, []]);
    }
  });

  it('SQL: runs on the schema of the migrations', { timeout: 120_000 }, async () => {
    const database = await startDatabase({ migrationsFolder: join(ROOT, 'migrations') });
    try {
      const statements = commandsOf('sql');
      expect(statements.length).toBeGreaterThan(2);
      for (const { file, line } of statements) {
        const outcome = await database.query(line).then(
          () => 'ok',
          (error: Error) => error.message,
        );
        expect([file, line, outcome]).toEqual([file, line, 'ok']);
      }
    } finally {
      await database.close();
    }
  });
});

describe('what the documents point at', () => {
  it('files of the project exist', () => {
    const missing = FILES.flatMap((file) => {
      const text = readFileSync(join(ROOT, file), 'utf8');
      const paths = [...text.matchAll(/`((?:src|test|scripts|docs|migrations)\/[\w./-]+)`/g)].map(
        ([, path = '']) => path,
      );
      const links = [...text.matchAll(/\]\(((?!https?:|#)[^)#\s]+)\)/g)].map(([, path = '']) =>
        join(file.includes('/') ? 'docs' : '.', path),
      );
      return [...paths, ...links].filter((path) => !existsSync(join(ROOT, path))).map((path) => `${file}: ${path}`);
    });
    expect(missing).toEqual([]);
  });

  it('routes of the API exist', () => {
    const missing = FILES.flatMap((file) => {
      const text = readFileSync(join(ROOT, file), 'utf8');
      return [...text.matchAll(/`(?:(GET|POST|PUT|PATCH|DELETE) )?(\/(?:v1|admin\/api)\/[\w{}/:.-]+)`/g)]
        .filter(([, method, path = '']) => {
          const described = document.paths[path] ?? document.paths[path.replaceAll(/:(\w+)(?=\/|$)/g, '{$1}')];
          return described === undefined || (method !== undefined && described[method.toLowerCase()] === undefined);
        })
        .map(([whole]) => `${file}: ${whole}`);
    });
    expect(missing).toEqual([]);
  });
});
