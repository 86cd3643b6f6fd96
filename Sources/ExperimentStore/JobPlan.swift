import Determinism
import Quantities
public import Search

/// What a job is when it begins or goes on: what guides its search, what its answers are read under, and where it came from.
public struct JobPlan: Hashable, Sendable {
    /// Name of the job, unique in its database.
    public let name: String
    /// Everything that decides which candidates are proposed and how they are trained, as key path and exact value.
    public let guide: [String: String]
    /// The file that the job was begun with.
    public let file: JobText
    /// The quality metric's name.
    public let metric: String
    /// The devices, with their objectives and bounds.
    public let targets: [Target]
    /// Of each target the content of its profile; none for devices whose costs are looked up.
    public let profiles: [String: ProfileContent]
    /// What answers are read under.
    public let limits: [Constraint]
    /// Lengths that were chosen for the job's data and time, by the keys of the job file that would set them; nil keeps those
    /// that it began with.
    public let schedule: [String: String]?
    /// What may differ on resume, with a warning.
    public let kernelSet: String
    /// Version of the BLAS library that training uses.
    public let openBLASVersion: String

    /// A plan; throws `StoreError.invalidJobName` where the name is not one.
    public init(
        name: String, guide: [String: String], file: JobText, metric: String = "accuracy", targets: [Target],
        profiles: [String: ProfileContent] = [:], limits: [Constraint] = [],
        schedule: [String: String]? = nil, kernelSet: String, openBLASVersion: String
    ) throws(StoreError) {
        guard JobPlan.isValid(name) else { throw .invalidJobName(name) }
        self.name = name
        self.guide = guide
        self.file = file
        self.metric = metric
        self.targets = targets
        self.profiles = profiles
        self.limits = limits
        self.schedule = schedule
        self.kernelSet = kernelSet
        self.openBLASVersion = openBLASVersion
    }

    /// The job's identity: SHA-256 of its guide, keys in alphabetical order.
    public var identity: String { JobPlan.hash(of: guide) }

    static func hash(of guide: [String: String]) -> String {
        SHA256.hex(
            guide.sorted { $0.key < $1.key }.map {
                "\($0.key.utf8.count) \($0.key) \($0.value.utf8.count) \($0.value)\n"
            }.joined())
    }

    /// Whether a key of the guide decides how answers are read, too, so that it may differ once the job was
    /// begun.
    ///
    /// The search stays guided by what it was. A table's device may join or leave, but its costs stay.
    static func isRead(_ difference: PlanDifference) -> Bool {
        let parts = difference.key.split(separator: ".")
        if parts.starts(with: ["data", "costs"]) {
            return difference.recorded == nil || difference.requested == nil
        }
        return ["devices", "objectives", "constraints", "reserve"].contains(parts.first ?? "")
    }

    /// A name is also a folder's, so it may not lead elsewhere.
    static func isValid(_ name: String) -> Bool {
        let allowed = name.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"),
                UInt8(ascii: "."):
                true
            default: false
            }
        }
        let first = name.utf8.first.map {
            $0 != UInt8(ascii: ".") && $0 != UInt8(ascii: "-") && $0 != UInt8(ascii: "_")
        }
        return allowed && first == true && name.utf8.count <= 100
    }
}

/// A job file, and what the command line replaced of it.
public struct JobText: Hashable, Sendable, Codable {
    /// The file's path, absolute where it is a file; relative paths are relative to its folder.
    public var file: String
    /// Its content.
    public var text: String
    /// What replaced the data set's path, absolute.
    public var data: String?
    /// What replaced the job's seed.
    public var seed: Int?

    /// A file's content with the options of the command line that changed it.
    public init(file: String, text: String, data: String? = nil, seed: Int? = nil) {
        self.file = file
        self.text = text
        self.data = data
        self.seed = seed
    }
}

/// A device profile by its content, so that scores stay what they were when a file of the same name changes.
public struct ProfileContent: Hashable, Sendable {
    /// SHA-256 of the content.
    public let hash: String
    /// Name of the device.
    public let device: String
    /// The profile as it was read.
    public let yaml: String
    /// The profile of the device that takes over what this one cannot run.
    public let fallback: String?

    /// A profile by the hash of its content; `fallback` is the hash of the profile it falls back on.
    public init(hash: String, device: String, yaml: String, fallback: String?) {
        self.hash = hash
        self.device = device
        self.yaml = yaml
        self.fallback = fallback
    }
}

/// How far a job has come.
public enum JobState: String, CaseIterable, Hashable, Sendable {
    case running
    /// Ended before its budget: cancelled, or the process died.
    case interrupted
    case finished
    /// No candidate is feasible on any device.
    case infeasible
    case failed
}
