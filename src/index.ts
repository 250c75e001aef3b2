import { createApp } from './app.ts';
import { consumeQueue } from './jobs/consume-queue.ts';
import type { QueueMessage } from './jobs/queue-messages.ts';
import { runCron } from './jobs/run-cron.ts';
import { createServices } from './services.ts';

/** One application per set of bindings: routes are registered once in the life of an isolate. */
const applications = new WeakMap<Env, ReturnType<typeof createApp>>();

function applicationOf(env: Env): ReturnType<typeof createApp> {
  const known = applications.get(env);
  if (known !== undefined) return known;
  const made = createApp(createServices(env));
  applications.set(env, made);
  return made;
}

export default {
  fetch: (request, env, context) => applicationOf(env).fetch(request, env, context),
  scheduled: (controller, env) => runCron(controller.cron, createServices(env)),
  queue: (batch, env) => consumeQueue(batch, createServices(env)),
} satisfies ExportedHandler<Env, QueueMessage>;
