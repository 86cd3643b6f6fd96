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

    /// The job's limits on networks: of a latency, what a front-end that runs before them leaves.
    package func limits(beside work: FrontEndWork?) -> [Constraint] {
        let frontEnds = frontEnds(of: work)
        return constraints.flatMap { limit -> [Constraint] in
            guard limit.metric == .latency, case .atMost(let most) = limit.bound,
                frontEnds.contains(where: { limit.applies(to: $0.device) })
            else { return [limit] }
            return devices.filter(limit.applies).map { device in
                var own = limit
                own.device = device
                if let cost = frontEnds.first(where: { $0.device == device }) {
                    own.bound = .atMost(max(most - cost.latency, 1e-6))
                }
                return own
            }
        }
    }
}
