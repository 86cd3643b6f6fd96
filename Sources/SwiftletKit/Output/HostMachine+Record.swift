import ExperimentStore

extension HostMachine {
    /// With the keys of `benchmark`.
    var record: Record {
        [
            "cpu": .text(processor), "kernel_set": .text(kernelSet), "threads": .integer(threads),
            "governor": .text(governor),
        ]
    }

    /// For people.
    var text: String {
        "\(processor), \(kernelSet), \(threads) thread\(threads == 1 ? "" : "s"), governor \(governor)"
    }
}
