import { Injectable } from '@nestjs/common';
import { InjectModel } from '@nestjs/mongoose';
import type { Model } from 'mongoose';
import { DeliveryLedgerRepository } from '../runs/delivery-ledger.repository';
import type { DeliveryRecord } from '../runs/delivery.schema';
import type { RunIssueRecord } from '../runs/run-issue.schema';
import type { ProfileFieldRecord } from './profile-field.schema';
import type { ProfileSearchRecord } from './profile-search.schema';
import type { ProfileRecord } from './profile.schema';

/** Removes a person and everything here that tells who it was. What was delivered elsewhere stays there. */
@Injectable()
export class ProfileEraser {
  constructor(
    @InjectModel('Profile') private readonly profiles: Model<ProfileRecord>,
    @InjectModel('ProfileSearch') private readonly search: Model<ProfileSearchRecord>,
    @InjectModel('ProfileField') private readonly fields: Model<ProfileFieldRecord>,
    @InjectModel('Delivery') private readonly deliveries: Model<DeliveryRecord>,
    @InjectModel('RunIssue') private readonly issues: Model<RunIssueRecord>,
    private readonly ledger: DeliveryLedgerRepository,
  ) {}

  /**
   * The profile itself goes last, so that an erasure that failed half-way can be asked for again.
   * @returns Whether there was such a profile.
   */
  async erase(id: string): Promise<boolean> {
    const profile = await this.profiles.findOne({ _id: id }).lean<ProfileRecord>().exec();
    if (!profile) return false;
    await this.issues.deleteMany({ profileId: id }).exec();
    await this.ledger.forgetProfile(await this.ledgers(), id);
    await this.search.deleteOne({ _id: id }).exec();
    const { deletedCount } = await this.profiles.deleteOne({ _id: id }).exec();
    if (deletedCount === 1) {
      const keys = Object.keys(profile.fields);
      await this.fields.updateMany({ _id: { $in: keys } }, { $inc: { filled: -1 } }).exec();
    }
    return true;
  }

  /** Names of all delivery ledgers, found by one step over the index for each, not by reading their rows. */
  private async ledgers(): Promise<string[]> {
    const names: string[] = [];
    let after = '';
    for (;;) {
      const row = await this.deliveries
        .findOne({ _id: { $gt: after } }, { _id: 1 })
        .sort({ _id: 1 })
        .lean<Pick<DeliveryRecord, '_id'>>()
        .exec();
      if (!row) return names;
      const name = row._id.slice(0, row._id.indexOf('/'));
      names.push(name);
      // The character after "/": behind every row of this ledger.
      after = `${name}0`;
    }
  }
}
