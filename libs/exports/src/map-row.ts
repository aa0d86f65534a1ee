import { type FieldType, type FieldValue, isEmail, toFieldValue } from '@audience-relay/contracts';
import type { MappedRow, Mapping, MappingFieldSpec, MappingSpec } from '@audience-relay/destinations/core';
import type { Member } from './ports';

/** A member that cannot be sent, or a value that had to be left out. */
export interface MappingIssue {
  readonly code: string;
  readonly message: string;
  readonly field: string | null;
}

export type MappingResult =
  | { readonly row: MappedRow; readonly warnings: readonly MappingIssue[] }
  | {
      readonly row: null;
      readonly identity: string | null;
      /** Under which identity the member may be on the target all the same. */
      readonly knownAs: string | null;
      readonly issue: MappingIssue;
    };

/** Maps one member to the destination's fields. */
export type RowMapper = (member: Member) => MappingResult;

interface Target {
  readonly key: string;
  readonly source: string;
  readonly spec: Pick<MappingFieldSpec, 'label' | 'type' | 'required' | 'maxLength' | 'format'>;
}

const noWarnings: readonly MappingIssue[] = [];

/** The profile fields that a mapping reads. */
export function sourcesOf({ fields, custom }: Mapping): string[] {
  return [...new Set([...Object.values(fields), ...custom.map(({ source }) => source)])];
}

/** Prepares the mapping of one export once, so that a million members cost only their values. */
export function compileMapper(spec: MappingSpec, mapping: Mapping): RowMapper {
  const targets: Target[] = Object.entries(mapping.fields).flatMap(([key, source]) => {
    const field = spec.fields[key];
    return field ? [{ key, source, spec: field }] : [];
  });
  const custom: Target[] = mapping.custom.map(({ name, source, type }) => ({
    key: name,
    source,
    spec: { label: name, type },
  }));
  const groups = (spec.atLeastOneOf ?? []).map((keys) => ({
    keys,
    labels: keys.map((key) => spec.fields[key]?.label ?? key).join(', '),
  }));

  const identitySource = mapping.fields[spec.identity];
  const isAddress = spec.fields[spec.identity]?.format === 'email';
  /** As lenient as can be: nobody must be taken off a target because we find their address odd. */
  const knownAs = ({ fields }: Member): string | null => {
    const text = identitySource === undefined ? null : textOf(fields[identitySource])?.trim();
    if (!text) return null;
    return isAddress ? text.toLowerCase() : text;
  };

  return (member) => {
    const fields: Record<string, FieldValue> = {};
    const ofCustom: Record<string, FieldValue> = {};
    let warnings: MappingIssue[] | undefined;

    for (const target of targets) {
      const value = convert(member.fields[target.source], target.spec);
      const issue = value instanceof Unfit ? value.issue(target) : lengthIssue(value, target);
      if (issue) {
        if (target.spec.required || target.key === spec.identity) {
          return {
            row: null,
            identity: textOf(member.fields[target.source]),
            knownAs: knownAs(member),
            issue,
          };
        }
        (warnings ??= []).push(issue);
        continue;
      }
      if (value === null && target.spec.required) {
        const missing = {
          code: `${target.key}-missing`,
          message: `The profile has no value for ${target.spec.label}, which the destination needs.`,
          field: target.key,
        };
        return { row: null, identity: null, knownAs: knownAs(member), issue: missing };
      }
      fields[target.key] = value as FieldValue;
    }

    for (const target of custom) {
      const value = convert(member.fields[target.source], target.spec);
      if (value instanceof Unfit) (warnings ??= []).push(value.issue(target));
      else ofCustom[target.key] = value;
    }

    for (const { keys, labels } of groups) {
      if (keys.some((key) => fields[key] !== null && fields[key] !== undefined)) continue;
      const issue = { code: 'no-identifier', message: `The profile has none of: ${labels}.`, field: null };
      return { row: null, identity: null, knownAs: knownAs(member), issue };
    }

    const identity = fields[spec.identity];
    if (identity === null || identity === undefined) {
      const label = spec.fields[spec.identity]?.label ?? spec.identity;
      const issue = {
        code: `${spec.identity}-missing`,
        message: `The profile has no value for ${label}, by which the destination tells people apart.`,
        field: spec.identity,
      };
      return { row: null, identity: null, knownAs: knownAs(member), issue };
    }
    return {
      row: { identity: String(identity), fields, custom: ofCustom },
      warnings: warnings ?? noWarnings,
    };
  };
}

/** A value that the field's type or format cannot hold. */
class Unfit {
  constructor(
    private readonly code: string,
    private readonly problem: string,
  ) {}

  issue({ key, spec }: Target): MappingIssue {
    const suffix = spec.required ? '.' : '; it was left out.';
    return { code: `${key}-${this.code}`, message: `${spec.label} ${this.problem}${suffix}`, field: key };
  }
}

const notAnEmail = new Unfit('invalid', 'is not a well-formed e-mail address');
const unfitFor: Record<FieldType, Unfit> = {
  text: new Unfit('invalid', 'is not a text'),
  number: new Unfit('invalid', 'is not a number'),
  date: new Unfit('invalid', 'is not a date'),
  boolean: new Unfit('invalid', 'is neither true nor false'),
};

function convert(value: FieldValue | undefined, spec: Target['spec']): FieldValue | Unfit {
  const converted = toFieldValue(value ?? null, spec.type);
  if (converted === undefined) return unfitFor[spec.type];
  if (typeof converted !== 'string') return converted;
  if (spec.type === 'date') return converted.length > 10 ? converted : `${converted}T00:00:00.000Z`;
  if (spec.format !== 'email') return converted;
  const address = converted.toLowerCase();
  return isEmail(address) ? address : notAnEmail;
}

function lengthIssue(value: FieldValue, { key, spec }: Target): MappingIssue | null {
  if (spec.maxLength === undefined || typeof value !== 'string' || value.length <= spec.maxLength)
    return null;
  const suffix = spec.required ? '.' : '; it was left out.';
  return {
    code: `${key}-too-long`,
    message: `${spec.label} is longer than the ${spec.maxLength} characters that the destination takes${suffix}`,
    field: key,
  };
}

function textOf(value: FieldValue | undefined): string | null {
  return value === undefined || value === null ? null : String(value);
}
