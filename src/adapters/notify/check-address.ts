/**
 * Holds which addresses a notice may go to.
 * In: an address as configured, what a name resolves to. Out: the address, or why not.
 * Must never let a notice reach what answers with credentials of the machine (link-local metadata).
 */
import { type LookupAddress, type LookupOptions, lookup } from "node:dns";
import { BlockList, isIP, type LookupFunction } from "node:net";

const refused = new BlockList();
refused.addSubnet("169.254.0.0", 16, "ipv4");
refused.addSubnet("0.0.0.0", 8, "ipv4");
refused.addSubnet("224.0.0.0", 3, "ipv4");
refused.addSubnet("fe80::", 10, "ipv6");
refused.addSubnet("ff00::", 8, "ipv6");
refused.addAddress("::", "ipv6");
// Metadata of one cloud provider over IPv6.
refused.addAddress("fd00:ec2::254", "ipv6");

/** Link-local, unspecified, multicast; also as mapped into IPv6. */
export function isRefusedAddress(address: string): boolean {
  const plain = address.replace(/^\[|\]$/g, "");
  const family = isIP(plain);
  if (family === 0) return false;
  return refused.check(plain, family === 4 ? "ipv4" : "ipv6");
}

/** For `net.connect`: as the system looks names up, but refused addresses are not told. */
export const guardedLookup: LookupFunction = (hostname, options: LookupOptions, callback) => {
  lookup(hostname, { ...options, all: true }, (error, found) => {
    if (error !== null) return callback(error, "", 0);
    const allowed = found.filter(({ address }) => !isRefusedAddress(address));
    const [first] = allowed;
    if (first === undefined) return callback(refusal(), "", 0);
    if (options.all === true) return callback(null, allowed as LookupAddress[]);
    callback(null, first.address, first.family);
  });
};

function refusal(): NodeJS.ErrnoException {
  return Object.assign(new Error("refused address"), { code: "EREFUSEDADDRESS" });
}
