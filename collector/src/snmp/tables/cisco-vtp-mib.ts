/** CISCO-VTP-MIB: the VLANs whose contexts are worth asking. Index: management domain, VLAN. */
/** 1 operational, 2 suspended, 3 mtuTooBigForDevice, 4 mtuTooBigForTrunk. */
export const vtpVlanState = '1.3.6.1.4.1.9.9.46.1.3.1.1.2';
/** 1 ethernet, 2 fddi, 3 tokenRing, 4 fddiNet, 5 trNet. */
export const vtpVlanType = '1.3.6.1.4.1.9.9.46.1.3.1.1.3';
export const vtpVlanName = '1.3.6.1.4.1.9.9.46.1.3.1.1.4';
