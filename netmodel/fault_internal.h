/* What the files of the fault elements share. */
#ifndef ICS_NETMODEL_FAULT_INTERNAL_H
#define ICS_NETMODEL_FAULT_INTERNAL_H

#include "netmodel/fault.h"

typedef unsigned __int128 IcsUint128;

/* n/d as a probability, rounded to the nearest multiple of 2^-63, halves up. n <= d < 2^127, d > 0.
 */
IcsProbability ics_fault_ratio(IcsUint128 n, IcsUint128 d);

/* Settles the probability of an element: as given, or 1 if the scope narrows the element, or
 * ICS_ERROR_INPUT. */
bool ics_fault_settle_probability(const IcsFault *self, bool given, IcsProbability *probability,
                                  GError **error);

/* ICS_ERROR_INPUT with this message; returns false. */
bool ics_fault_refuse(GError **error, const char *format, ...) G_GNUC_PRINTF(2, 3);

/* Flips a bit of the packet, whose bytes are its own; bit 0 is the first on the wire (the most
 * significant of byte 0). */
static inline void ics_fault_flip(IcsPacket *packet, uint32_t bit)
{
    packet->bytes[bit / 8] ^= (uint8_t)(0x80 >> bit % 8);
}

/* How many moves of a clocked chain are looked back over at the most: some tenths of a second. A
 * chain that has forgotten nothing after so many goes on from the state in which the last packet
 * met it (docs/adr/0005-clocked-chains.md). */
#define ICS_FAULT_CHAIN_MOVES (UINT64_C(1) << 24)

/* The move behind which a search from `moves` back to `reached` ends. */
static inline uint64_t ics_fault_chain_horizon(uint64_t moves, uint64_t reached)
{
    return moves - reached > ICS_FAULT_CHAIN_MOVES ? moves - ICS_FAULT_CHAIN_MOVES : reached;
}

#endif
