/**
 * Holds what was compiled from texts of rules for as long as it is asked: many patterns are met by
 * what happens at the start, and by nothing for hours after.
 * In: how to compile one. Out: the compiled one, made when it is asked, made again when it was
 * given up. Must never hold more than what was asked in the last two rounds.
 */

/** Where one is kept: made once for each text. */
export interface ProgramSlot<Program> {
  program: Program | undefined;
  round: number;
}

export class ProgramMemory<Program> {
  private readonly made = new Set<ProgramSlot<Program>>();
  private readonly roundLength: number;
  private round = 0;
  private askedCount = 0;

  /** `roundLength`: questions, to all programs together, after which the unasked are given up. */
  constructor(roundLength: number) {
    this.roundLength = roundLength;
  }

  /** Programs held now. */
  get size(): number {
    return this.made.size;
  }

  /** **Cost**: next to nothing, but for the first time and the first after it was given up. */
  get(slot: ProgramSlot<Program>, make: () => Program): Program {
    this.askedCount += 1;
    if (this.askedCount >= this.roundLength) this.endRound();
    slot.round = this.round;
    if (slot.program !== undefined) return slot.program;
    const program = make();
    slot.program = program;
    this.made.add(slot);
    return program;
  }

  private endRound(): void {
    for (const slot of this.made) {
      if (slot.round === this.round) continue;
      slot.program = undefined;
      this.made.delete(slot);
    }
    this.askedCount = 0;
    this.round += 1;
  }
}
