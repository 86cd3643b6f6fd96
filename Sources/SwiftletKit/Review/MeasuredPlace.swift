import Devices
import ExperimentStore
import Jobs
import Quantities
import Search

/// A device of a job whose finalists are timed there.
struct MeasuredPlace {
    let job: JobStore
    /// As the job calls it.
    let device: String
    let profile: DeviceProfile
    let constraints: [Constraint]

    init(_ job: JobStore, _ name: String) throws {
        self.job = job
        let resolved = try JobSource(of: job).resolved()
        profile = try resolved.profiles.first { $0.name == name } ?? DeviceShelf().profile(name)
        device = try job.target(profile.name).device
        constraints = resolved.limits(beside: try job.frontEndWork())
        guard LatencySource(device: device) == .measuredTable else {
            throw KitError.refused(
                "host-cpu is this computer, on which 'swiftlet search' times finalists itself")
        }
    }
}
