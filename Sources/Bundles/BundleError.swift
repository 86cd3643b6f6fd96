/// Why a model file or a bundle cannot be read or written, in one sentence.
public struct BundleError: Error, Hashable, CustomStringConvertible {
    public let description: String

    public init(_ description: String) { self.description = description }
}
