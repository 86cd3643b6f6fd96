import Devices
import ExperimentStore
import Jobs
import ModelCompression
import Quantities
import Reports
import Search

extension Review {
    /// What a finalist's compression promises beside what the runtimes of devices give.
    ///
    /// Empty for candidates that were not trained to the end, and without devices whose profile is not known any more.
    func compressionAccounts(
        of evaluation: Evaluation, in job: JobStore, on devices: [String]
    ) -> [CompressionAccountAnswer] {
        guard evaluation.fidelity == .final,
            let graph = try? ModelFile(job: job, candidate: evaluation.candidate).read()
        else { return [] }
        let shelf = DeviceShelf()
        return devices.compactMap { device in
            (try? shelf.profile(device)).map { profile in
                CompressionAccountAnswer(
                    graph.account(on: RuntimeAbilities(profile)), device: device,
                    obstacle: evaluation.score(on: device)?.obstacle)
            }
        }
    }
}

extension CompressionAccountAnswer {
    /// - Parameter obstacle: why the device's runtime has nothing of the network at all.
    fileprivate init(_ account: CompressionAccount, device: String, obstacle: String?) {
        self.init(
            device: device, nominalWeightBytes: account.nominalBytes,
            effectiveWeightBytes: obstacle == nil ? account.effectiveBytes : nil,
            nominalMACs: account.nominalMACs,
            effectiveMACs: obstacle == nil ? account.effectiveMACs : nil,
            differences: obstacle.map { [$0] } ?? account.differences)
    }
}

extension Score {
    /// Why the device's runtime has nothing of the network at all; nil where it could run it.
    fileprivate var obstacle: String? {
        switch status {
        case .unsupported, .notExportable, .failed: reason ?? status.rawValue
        case .ok, .constraint, .exceedsRAM, .exceedsFlash: nil
        }
    }
}
