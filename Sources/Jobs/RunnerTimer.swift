import Archives
import Devices
import Foundation
import ModelGraph
import Runners

/// Times networks of a job by a command, in the format that the device's runtime loads.
struct RunnerTimer: Sendable {
    let profile: DeviceProfile
    let runner: Runner

    /// What the command says of a network; its file is removed afterwards.
    func time(_ graph: Graph) throws -> RunnerReading {
        let format = profile.runtime.format
        let path = "\(NSTemporaryDirectory())/swiftlet-\(UUID().uuidString).\(format.rawValue)"
        try DurableFile.write(graph.file(as: format, interface: profile.runtime.interface), to: path)
        defer { try? FileManager.default.removeItem(atPath: path) }
        return try runner.time(path)
    }

    /// The name under which a time is kept: another command's times are other times.
    func key(of network: String, isAgain: Bool) -> String {
        "\(profile.name) by \(runner.command)\(isAgain ? ", again" : ""): \(network)"
    }
}
