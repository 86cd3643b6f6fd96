/// Why a model file or a bundle cannot be read or written, in one sentence.
public struct BundleError: Error, Hashable, CustomStringConvertible {
    /// The sentence.
    public let description: String

    /// An error that says this.
    public init(_ description: String) { self.description = description }
}
