import Devices
import Foundation
import SearchSpaces

/// Where profiles, spaces and measurements are.
struct Context {
    let data: String
    /// Tables that teach what those of `data` are judged by; nil where they teach one another.
    let others: String?
    /// Where learned populations are written; nil for nowhere.
    let populations: String?
    let spaces: String
    /// How many architectures of a table take part; nil for all.
    let limit: Int?
    let catalog: DeviceCatalog

    init(
        data: String, others: String?, profiles: String, spaces: String, limit: Int?, populations: String?
    ) throws {
        (self.others, self.populations) = (others, populations)
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

    /// The folder of a table inside the data, or the data folder where it is that table's own.
    func folder(_ name: String) -> String {
        let inside = "\(data)/\(name)"
        return FileManager.default.fileExists(atPath: inside) ? inside : data
    }

    func space(_ name: String) throws -> SearchSpace { try SearchSpace(contentsOf: "\(spaces)/\(name).yaml") }

    struct Missing: Error, CustomStringConvertible {
        var name: String
        var description: String { "there is no profile '\(name)'" }
    }
}
