import Bundles
import Candidates
import Datasets
import ExperimentStore
import Foundation
import Jobs
import Quantities
import Reports
import Search

extension JobStore {
    /// What the front-end of the job's recordings takes, as a finalist keeps it; nil where there is no finalist, and where
    /// samples are no recordings.
    func frontEndWork() throws -> FrontEndWork? {
        guard let finished = try firstFinished() else { return nil }
        do {
            let contents = try contents(of: .preprocessing, ofCandidate: finished)
            let kept = try JSONDecoder().decode(Preprocessing.self, from: Data(contents))
            return try kept.frontEnd?.extractor.work
        } catch StoreError.missingFile {
            return nil
        }
    }

    /// What it takes on those of these devices that are microcontrollers.
    ///
    /// Without devices whose profile is not known any more.
    func frontEnds(on devices: [String]) throws -> [FrontEndAnswer] {
        guard let work = try frontEndWork() else { return [] }
        let shelf = DeviceShelf()
        return devices.compactMap { device in
            (try? shelf.profile(device)).flatMap { FrontEndCost(work, on: $0) }.map { FrontEndAnswer($0) }
        }
    }

    /// What it takes on a device, where it takes a part of what some limits bound; nil where it takes none.
    func frontEnd(on device: String, sharing limits: [Constraint]) throws -> FrontEndCost? {
        let isBounded = limits.contains { limit in
            switch limit.metric {
            case .latency, .peakRAM, .flash: true
            case .accuracy, .energy, .modelSize, .macs, .parameters: false
            }
        }
        guard isBounded, let work = try frontEndWork(), let profile = try? DeviceShelf().profile(device)
        else { return nil }
        return FrontEndCost(work, on: profile)
    }
}

extension FrontEndAnswer {
    init(_ cost: FrontEndCost) {
        self.init(
            device: cost.device, latency: cost.latency, latencyP10: cost.latencyP10,
            latencyP90: cost.latencyP90, ramBytes: cost.ramBytes, flashBytes: cost.flashBytes)
    }
}
