import Devices
import Foundation
import SearchSpaces

/// Where profiles, spaces and measurements are.
struct Context {
    let data: String
    let spaces: String
    /// How many architectures of a table take part; nil for all.
    let limit: Int?
    let catalog: DeviceCatalog

    init(data: String, profiles: String, spaces: String, limit: Int?) throws {
        self.limit = limit
        self.data = data
        self.spaces = spaces
        let names = try FileManager.default.contentsOfDirectory(atPath: profiles).filter {
            $0.hasSuffix(".yaml")
        }
        catalog = try DeviceCatalog(
            files: names.sorted().map {
                ($0, try String(contentsOfFile: "\(profiles)/\($0)", encoding: .utf8))
            })
    }

    func profile(_ name: String) throws -> DeviceProfile {
        guard let profile = catalog[name] else { throw Missing(name: name) }
        return profile
    }

    func space(_ name: String) throws -> SearchSpace { try SearchSpace(contentsOf: "\(spaces)/\(name).yaml") }

    struct Missing: Error, CustomStringConvertible {
        var name: String
        var description: String { "there is no profile '\(name)'" }
    }
}
