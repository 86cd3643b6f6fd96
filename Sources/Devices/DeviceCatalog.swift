public import YAMLReader

/// Profiles by name, in the order they were given.
public struct DeviceCatalog: Sendable {
    /// All of them, each with its fallback connected.
    public private(set) var profiles: [DeviceProfile] = []

    /// Reads profiles and connects each to the device it falls back on.
    ///
    /// A later profile replaces an earlier one of the same name, so that a user's own folder may follow the shipped one.
    public init(files: [(file: String, text: String)]) throws(YAMLError) {
        var nodes: [YAMLNode] = []
        for (file, text) in files {
            let node = try YAMLNode(parsing: text, file: file)
            let profile = try DeviceProfile(node)
            if let index = profiles.firstIndex(where: { $0.name == profile.name }) {
                profiles[index] = profile
                nodes[index] = node
            } else {
                profiles.append(profile)
                nodes.append(node)
            }
        }
        for index in profiles.indices { profiles[index] = try connected(profiles[index], nodes[index]) }
    }

    /// The profile of this name; nil where there is none.
    public subscript(name: String) -> DeviceProfile? { profiles.first { $0.name == name } }

    /// A profile from outside the catalogue, connected to the devices in it.
    public func profile(parsing text: String, file: String) throws(YAMLError) -> DeviceProfile {
        let node = try YAMLNode(parsing: text, file: file)
        return try connected(DeviceProfile(node), node)
    }

    private func connected(_ profile: DeviceProfile, _ node: YAMLNode) throws(YAMLError) -> DeviceProfile {
        guard let fallback = profile.support.fallback else { return profile }
        guard let host = self[fallback.name], host.support.fallback == nil, host.name != profile.name else {
            let field = try node.required("support").required("fallback").required("device")
            throw field.error(
                "'\(fallback.name)' is not a device that can take over: it must be a known one without a fallback of its own"
            )
        }
        var copy = profile
        copy.support.fallback?.profile = [host]
        return copy
    }
}
