package import Devices
import Quantities

/// The device profiles that a name may stand for.
package struct DeviceShelf {
    package let catalog: DeviceCatalog

    package init() throws {
        catalog = try DeviceCatalog(
            files: ShippedFiles.files(in: "device-profiles").map { ($0.name, $0.text) })
    }

    /// A device by name, or by the path of a profile ending in `.yaml`.
    package func profile(_ name: String, relativeTo base: String = "") throws -> DeviceProfile {
        if name.hasSuffix(".yaml") || name.hasSuffix(".yml") {
            let file = try ShippedFiles.find(name, in: "device-profiles", relativeTo: base)
            return try catalog.profile(parsing: file.text, file: file.name)
        }
        guard let profile = catalog[name] else {
            let nearest = name.nearest(among: catalog.profiles.map(\.name)).map { "did you mean '\($0)'? " }
            throw JobError(
                "unknown device '\(name)'; \(nearest ?? "")'swiftlet devices list' names all that are known")
        }
        return profile
    }
}
