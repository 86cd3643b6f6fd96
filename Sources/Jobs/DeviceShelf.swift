package import Devices
import Quantities

/// The device profiles that a name may stand for; only those that are asked for are read.
package struct DeviceShelf {
    package init() {}

    /// All of them.
    package var catalog: DeviceCatalog {
        get throws { try DeviceCatalog(files: ShippedFiles.files(in: folder).map { ($0.name, $0.text) }) }
    }

    /// A device by name, or by the path of a profile ending in `.yaml`.
    package func profile(_ name: String, relativeTo base: String = "") throws -> DeviceProfile {
        if name.hasSuffix(".yaml") || name.hasSuffix(".yml") {
            return try profile(of: ShippedFiles.find(name, in: folder, relativeTo: base))
        }
        if let file = try ShippedFiles.file(name, in: folder) {
            let own = try profile(of: file)
            if own.name == name { return own }
        }
        // A file may have another name than the profile in it.
        let catalog = try catalog
        guard let profile = catalog[name] else {
            let nearest = name.nearest(among: catalog.profiles.map(\.name)).map { "did you mean '\($0)'? " }
            throw JobError(
                "unknown device '\(name)'; \(nearest ?? "")'swiftlet devices list' names all that are known")
        }
        return profile
    }

    /// The profile in a file, connected to the device it falls back on.
    private func profile(of file: TextFile) throws -> DeviceProfile {
        let fallback = try DeviceProfile(parsing: file.text, file: file.name).support.fallback
        let host = try fallback.flatMap { try ShippedFiles.file($0.name, in: folder) }
        return try DeviceCatalog(files: host.map { [($0.name, $0.text)] } ?? [])
            .profile(parsing: file.text, file: file.name)
    }

    private let folder = "device-profiles"
}
