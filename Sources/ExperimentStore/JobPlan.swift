import Determinism
import Quantities
public import Search

/// What identifies a job, and what is worth knowing of how it was begun.
public struct JobPlan: Hashable, Sendable {
    public let name: String
    /// The resolved job as JSON, for people and reports.
    public let document: String
    /// Everything that decides the result, as key path and value; not the budget, the threads, the paths.
    public let keys: [String: String]
    /// The quality metric's name.
    public let metric: String
    public let targets: [Target]
    /// What may differ on resume, with a warning.
    public let kernelSet: String
    public let openBLASVersion: String

    public init(
        name: String, document: String, keys: [String: String], metric: String = "accuracy",
        targets: [Target],
        kernelSet: String, openBLASVersion: String
    ) throws(StoreError) {
        guard JobPlan.isValid(name) else { throw .invalidJobName(name) }
        self.name = name
        self.document = document
        self.keys = keys
        self.metric = metric
        self.targets = targets
        self.kernelSet = kernelSet
        self.openBLASVersion = openBLASVersion
    }

    /// SHA-256 of the keys in alphabetical order.
    public var hash: String {
        SHA256.hex(keys.sorted { $0.key < $1.key }.map { "\($0.key.count) \($0.key)=\($0.value)\n" }.joined())
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
