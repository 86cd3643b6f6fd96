package import Candidates
package import Datasets
import Devices
import Quantities
package import Search

extension ResolvedJob {
    /// What the front-end of recordings takes on each microcontroller of the job.
    package func frontEnds(of work: FrontEndWork?) -> [FrontEndCost] {
        guard let work else { return [] }
        return profiles.compactMap { FrontEndCost(work, on: $0) }
    }

    /// The job's limits on networks that are trained on this data, or looked up in this table.
    func limits(on work: JobWork) -> [Constraint] {
        switch work {
        case .training(let training): limits(beside: training.data.dataset.frontEndWork)
        case .table: constraints
        }
    }

    /// The job's limits on networks: of latency, RAM and flash, what a front-end that runs before them leaves.
    package func limits(beside work: FrontEndWork?) -> [Constraint] {
        let frontEnds = frontEnds(of: work)
        return constraints.flatMap { limit -> [Constraint] in
            guard frontEnds.contains(where: { limit.applies(to: $0.device) && limit.isShared(with: $0) })
            else { return [limit] }
            return devices.filter(limit.applies).map { device in
                var own = limit
                own.device = device
                return frontEnds.first { $0.device == device }.map(own.leaving) ?? own
            }
        }
    }
}

extension Constraint {
    /// Whether a front-end takes a part of what is limited.
    package func isShared(with cost: FrontEndCost) -> Bool {
        if case .atMost = bound { cost.part(of: metric) != nil } else { false }
    }

    /// The limit on the network alone, where a front-end runs before it.
    package func leaving(_ cost: FrontEndCost) -> Constraint {
        guard case .atMost(let most) = bound, let part = cost.part(of: metric, confidence: confidence) else {
            return self
        }
        var own = self
        own.bound = .atMost(max(most - part, 1e-6))
        return own
    }
}
