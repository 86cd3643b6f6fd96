import Devices

/// Which of the known devices a list shows; what is nil admits all.
public struct DeviceFilter: Sendable {
    /// A kind of hardware as profiles name it.
    public var kind: String?
    /// A part of the runtime's name, in any case.
    public var runtime: String?
    /// A part of the device's name or title, in any case.
    public var search: String?

    /// A filter; what is nil admits all.
    public init(kind: String? = nil, runtime: String? = nil, search: String? = nil) {
        self.kind = kind
        self.runtime = runtime
        self.search = search
    }

    /// Throws where the kind is none.
    func validate() throws {
        guard let kind, DeviceKind(rawValue: kind) == nil else { return }
        let known = DeviceKind.allCases.map(\.rawValue).joined(separator: ", ")
        throw KitError.refused("no kind of device is called '\(kind)'; known: \(known)")
    }

    func admits(_ profile: DeviceProfile) -> Bool {
        func holds(_ text: String, _ part: String?) -> Bool {
            part.map { text.lowercased().contains($0.lowercased()) } ?? true
        }
        return (kind == nil || profile.kind.rawValue == kind) && holds(profile.runtime.name, runtime)
            && holds("\(profile.name) \(profile.title)", search)
    }
}
