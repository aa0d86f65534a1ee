import { ImportStatus, ConnectionState, RunBatchStatus, SegmentDto } from '@audience-relay/api-client';
import {
  AlertDeliveryState,
  AlertKind,
  RefreshStatus,
  RefreshTaskStatus,
  RunStatus,
} from '@audience-relay/contracts';
import { IconName, Tone } from '@audience-relay/ui';

export interface Look {
  icon: IconName;
  tone: Tone;
}

/** What can have a status, and which ones. Words are at `status.<kind>.<value>`. */
export interface Statuses {
  run: RunStatus | 'none';
  batch: RunBatchStatus;
  refresh: RefreshStatus | RefreshTaskStatus;
  import: ImportStatus;
  segment: SegmentDto['status'] | Exclude<SegmentDto['state'], 'active'>;
  connection: ConnectionState;
  alert: AlertKind;
  delivery: AlertDeliveryState;
  user: 'enabled' | 'disabled';
  apiKey: 'active' | 'expired' | 'revoked';
}

const waiting = { icon: 'clock', tone: 'neutral' } as const;
const working = { icon: 'sync', tone: 'info' } as const;
const good = { icon: 'check', tone: 'success' } as const;
const partly = { icon: 'warning', tone: 'warning' } as const;
const bad = { icon: 'danger', tone: 'danger' } as const;
const skipped = { icon: 'skipped', tone: 'warning' } as const;
const held = { icon: 'waiting', tone: 'warning' } as const;
const stopped = { icon: 'cancel', tone: 'neutral' } as const;
const nothing = { icon: 'circle', tone: 'neutral' } as const;

/** How each status looks: the same feeling looks the same everywhere. What has the icon `sync` is going on now. */
export const statusLooks: { [Kind in keyof Statuses]: Record<Statuses[Kind], Look> } = {
  run: {
    none: nothing,
    queued: waiting,
    running: working,
    waiting: { icon: 'waiting', tone: 'info' },
    confirming: working,
    succeeded: good,
    partial: partly,
    held,
    failed: bad,
    skipped,
    cancelled: stopped,
  },
  batch: {
    accepted: { icon: 'check', tone: 'info' },
    awaiting: { icon: 'clock', tone: 'info' },
    confirmed: good,
    rejected: bad,
    failed: partly,
    interrupted: partly,
  },
  refresh: {
    waiting,
    running: working,
    succeeded: good,
    partial: partly,
    failed: bad,
    skipped,
    cancelled: stopped,
  },
  import: {
    running: working,
    succeeded: good,
    partial: partly,
    failed: bad,
    interrupted: { icon: 'warning', tone: 'danger' },
  },
  segment: {
    none: nothing,
    draft: { icon: 'edit', tone: 'neutral' },
    inactive: { icon: 'minus', tone: 'neutral' },
    queued: { icon: 'clock', tone: 'info' },
    refreshing: working,
    succeeded: good,
    failed: bad,
  },
  connection: { untested: nothing, ok: good, attention: bad },
  alert: { failing: bad, rejecting: partly, held, recovered: good },
  delivery: { off: nothing, pending: waiting, sent: good, failed: bad },
  user: { enabled: good, disabled: { icon: 'cancel', tone: 'warning' } },
  apiKey: { active: good, expired: { icon: 'clock', tone: 'warning' }, revoked: stopped },
};
