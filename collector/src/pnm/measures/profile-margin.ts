import type { SubcarrierAxis } from '../formats/header.js';
import {
  bitsOfModulationCode,
  modulationCodes,
  modulationRuns,
  type ModulationProfile,
  type ModulationProfiles,
} from '../formats/modulation-profile.js';
import { RXMER_NOT_MEASURED } from '../formats/rxmer.js';
import { DEFAULT_PERCENTILE, mibRank, REQUIRED_MER_DB } from './rxmer.js';

/** What the profile asks for, over its data subcarriers with a published requirement. */
export interface ProfileDemand {
  readonly profileId: number;
  readonly dataSubcarrierCount: number;
  readonly meanBits: number | undefined;
  readonly requiredAverageMerDb: number | undefined;
}

/** How well a modem's RxMER carries a profile (docsPnmCmDsOfdmMerMar*). */
export interface ProfileMargin extends ProfileDemand {
  readonly measuredCount: number;
  readonly measuredAverageMerDb: number | undefined;
  /** Measured average minus required average: hides notches. */
  readonly marginDb: number | undefined;
  /** The percentile of MER minus requirement, subcarrier by subcarrier: shows them. */
  readonly headroomDb: number | undefined;
  readonly belowRequiredRatio: number | undefined;
  readonly belowMarginRatio: number | undefined;
  /** The percentile stands the operator's margin above the requirement; undefined when nothing was measured. */
  readonly fits: boolean | undefined;
}

export interface MarginOptions {
  readonly percentile?: number;
  readonly operatorMarginDb?: number;
  /** As read from the modem, where its objects were changed. */
  readonly requiredMerDb?: ReadonlyMap<number, number>;
}

const DEFAULT_OPERATOR_MARGIN_DB = 1;

export function profileDemand(
  profile: ModulationProfile,
  requiredMerDb: ReadonlyMap<number, number> = REQUIRED_MER_DB,
): ProfileDemand {
  let data = 0;
  let bitsSum = 0;
  let demanding = 0;
  let requiredSum = 0;
  for (const code of modulationCodes(profile)) {
    const bits = bitsOfModulationCode(code);
    if (bits === undefined) continue;
    data++;
    bitsSum += bits;
    const required = requiredMerDb.get(bits);
    if (required === undefined) continue;
    demanding++;
    requiredSum += required;
  }
  return {
    profileId: profile.profileId,
    dataSubcarrierCount: data,
    meanBits: data === 0 ? undefined : bitsSum / data,
    requiredAverageMerDb: demanding === 0 ? undefined : requiredSum / demanding,
  };
}

/**
 * Margins of every profile of the channel. Pilots, PLC, exclusions and what was not measured stay out. Undefined when
 * the two files are not of one channel: another zero frequency or spacing.
 */
export function profileMargins(
  mer: SubcarrierAxis & { readonly quarterDb: Uint8Array },
  profiles: ModulationProfiles,
  options: MarginOptions = {},
): readonly ProfileMargin[] | undefined {
  if (mer.zeroSubcarrierHz !== profiles.zeroSubcarrierHz || mer.spacingHz !== profiles.spacingHz) return undefined;
  const shift = profiles.firstActiveSubcarrier - mer.firstActiveSubcarrier;
  return profiles.profiles.map((profile) => profileMargin(mer.quarterDb, profile, shift, options));
}

function profileMargin(
  quarterDb: Uint8Array,
  profile: ModulationProfile,
  shift: number,
  options: MarginOptions,
): ProfileMargin {
  const requiredMerDb = options.requiredMerDb ?? REQUIRED_MER_DB;
  const required = Float64Array.from(modulationCodes(profile), (code) => {
    const bits = bitsOfModulationCode(code);
    return (bits === undefined ? undefined : requiredMerDb.get(bits)) ?? NaN;
  });
  return { ...profileDemand(profile, requiredMerDb), ...requirementMargin(quarterDb, required, shift, options) };
}

/** The measured half of a margin: against a requirement a subcarrier, NaN where nothing is required. */
export function requirementMargin(
  quarterDb: Uint8Array,
  requiredMerDb: ArrayLike<number>,
  /** Index of the requirement's first subcarrier in the capture. */
  shift: number,
  options: MarginOptions = {},
): Omit<ProfileMargin, keyof ProfileDemand> {
  const operatorMarginDb = options.operatorMarginDb ?? DEFAULT_OPERATOR_MARGIN_DB;
  const excess: number[] = [];
  let sum = 0;
  let requiredSum = 0;
  let demanding = 0;
  for (let i = 0; i < requiredMerDb.length; i++) {
    const required = requiredMerDb[i]!;
    if (Number.isNaN(required)) continue;
    demanding++;
    requiredSum += required;
    const quarter = quarterDb[i + shift];
    if (quarter === undefined || quarter === RXMER_NOT_MEASURED) continue;
    sum += quarter / 4;
    excess.push(quarter / 4 - required);
  }
  const measuredCount = excess.length;
  if (measuredCount === 0) {
    return {
      measuredCount,
      measuredAverageMerDb: undefined,
      marginDb: undefined,
      headroomDb: undefined,
      belowRequiredRatio: undefined,
      belowMarginRatio: undefined,
      fits: undefined,
    };
  }
  excess.sort((a, b) => a - b);
  const rank = mibRank(measuredCount, options.percentile ?? DEFAULT_PERCENTILE);
  const headroomDb = excess[rank - 1]!;
  const measuredAverageMerDb = sum / measuredCount;
  const below = (limit: number) => excess.filter((db) => db < limit).length / measuredCount;
  return {
    measuredCount,
    measuredAverageMerDb,
    marginDb: measuredAverageMerDb - requiredSum / demanding,
    headroomDb,
    belowRequiredRatio: below(0),
    belowMarginRatio: below(operatorMarginDb),
    fits: headroomDb >= operatorMarginDb,
  };
}

/** A run of a profile on the frequency axis, for drawing over an RxMER curve. */
export interface ProfileBand {
  readonly profileId: number;
  readonly fromHz: number;
  readonly toHz: number;
  readonly mainCode: number;
  readonly skipCode: number | undefined;
  readonly bits: number | undefined;
  readonly requiredMerDb: number | undefined;
}

/** Every run of every profile from the lower edge of its first subcarrier to the upper edge of its last. */
export function profileBands(profiles: ModulationProfiles): ProfileBand[] {
  const { zeroSubcarrierHz, spacingHz, firstActiveSubcarrier } = profiles;
  const edgeHz = (subcarrier: number) => zeroSubcarrierHz + spacingHz * (subcarrier - 0.5);
  return profiles.profiles.flatMap((profile) => {
    let at = firstActiveSubcarrier;
    return modulationRuns(profile).map(({ mainCode, skipCode, subcarrierCount }) => {
      const from = at;
      at += subcarrierCount;
      const bits = bitsOfModulationCode(mainCode);
      return {
        profileId: profile.profileId,
        fromHz: edgeHz(from),
        toHz: edgeHz(at),
        mainCode,
        skipCode,
        bits,
        requiredMerDb: bits === undefined ? undefined : REQUIRED_MER_DB.get(bits),
      };
    });
  });
}
