import {
  type AlertChannel,
  type AlertDelivery,
  type AlertRecord,
  AlertRepository,
  AlertSettingsRepository,
  type OpenedAlertSettings,
  type UnjudgedExport,
} from '@audience-relay/data';
import { Injectable, Logger } from '@nestjs/common';
import { type LeaderTask, LeaderTasks } from '../background/leader-tasks';
import { AlertChannelError, type AlertMessage, sendAlert } from './alert-channels';
import { judgeRun } from '@audience-relay/exports';
import { unlessDamaged } from '../problems/unless-damaged';

/** After so many tries an alert is only in the list. */
const maxTries = 6;

const firstPauseMs = 30_000;

/** Judges runs that ended, and reports changes: one message per change of state of an export. */
@Injectable()
export class AlertWatch implements LeaderTask {
  readonly name = 'alerts';
  readonly everyMs = 5_000;
  readonly leaseMs = 60_000;
  private readonly logger = new Logger('Alerts');

  constructor(
    private readonly alerts: AlertRepository,
    private readonly settings: AlertSettingsRepository,
    leaderTasks: LeaderTasks,
  ) {
    leaderTasks.add(this);
  }

  async run(now: Date): Promise<void> {
    await this.judgeAll();
    await this.sendDue(now);
  }

  async judgeAll(): Promise<void> {
    for (const unjudged of await this.alerts.findUnjudged())
      await unlessDamaged(this.logger, unjudged._id, () => this.judge(unjudged));
  }

  async sendDue(now: Date): Promise<void> {
    const due = await this.alerts.findDue(now);
    if (due.length === 0) return;
    const settings = await this.settings.open();
    for (const alert of due)
      await unlessDamaged(this.logger, alert._id, () => this.send(alert, settings, now));
  }

  private async judge(unjudged: UnjudgedExport): Promise<void> {
    const { _id, name, lastRun, alert: before, rejectedLimit } = unjudged;
    if (!lastRun) return;
    const { state, alert } = judgeRun(name, lastRun, before.state, rejectedLimit);
    // The message first: after a crash in between, this run is judged again and its message exists.
    if (alert) {
      const { webhook, email } = await this.settings.read();
      await this.alerts.insert({
        _id: `${String(_id)}/${String(lastRun.id)}`,
        ...alert,
        exportId: _id,
        exportName: name,
        runId: lastRun.id,
        at: new Date(),
        webhook: { state: webhook ? 'pending' : 'off', error: null },
        email: { state: email ? 'pending' : 'off', error: null },
        tries: 0,
        nextTryAt: webhook || email ? new Date() : null,
      });
      this.logger.log(`Export ${String(_id)}: ${alert.kind}`);
    }
    await this.alerts.judge(unjudged, { state, runId: lastRun.id });
  }

  private async send(alert: AlertRecord, ways: OpenedAlertSettings, now: Date): Promise<void> {
    const send = sendAlert(ways, messageOf(alert));
    const [webhook, email] = await Promise.all([
      this.tryWay('webhook', alert, send.webhook),
      this.tryWay('email', alert, send.email),
    ]);
    const pending = webhook.state === 'pending' || email.state === 'pending';
    const nextTryAt = pending ? new Date(now.getTime() + firstPauseMs * 4 ** alert.tries) : null;
    await this.alerts.settle(alert, { webhook, email, nextTryAt });
  }

  private async tryWay(
    channel: AlertChannel,
    alert: AlertRecord,
    send: (() => Promise<void>) | null,
  ): Promise<AlertDelivery> {
    const before = alert[channel];
    if (before.state !== 'pending') return before;
    // Switched off in the meantime.
    if (!send) return { state: 'off', error: null };
    try {
      await send();
      return { state: 'sent', error: null };
    } catch (error) {
      if (!(error instanceof AlertChannelError)) throw error;
      this.logger.warn(`Alert ${alert._id} by ${channel}: ${error.message}`);
      return { state: alert.tries + 1 >= maxTries ? 'failed' : 'pending', error: error.message };
    }
  }
}

function messageOf({ _id, kind, message, at, exportId, exportName, runId }: AlertRecord): AlertMessage {
  return {
    id: _id,
    kind,
    message,
    at,
    export: { id: String(exportId), name: exportName },
    run: { id: String(runId) },
  };
}
