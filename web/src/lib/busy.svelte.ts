// Whether something is being done, for buttons that must not be pressed meanwhile.
export class Busy {
  now = $state(false);

  readonly during = async (work: () => Promise<void>): Promise<void> => {
    this.now = true;
    try {
      await work();
    } finally {
      this.now = false;
    }
  };
}
