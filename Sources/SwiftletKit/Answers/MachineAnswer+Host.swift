import ExperimentStore
import Reports

extension MachineAnswer {
    /// A computer that something was measured on.
    init(_ machine: HostMachine) {
        self.init(
            processor: machine.processor, kernelSet: machine.kernelSet, threads: machine.threads,
            governor: machine.governor)
    }
}
