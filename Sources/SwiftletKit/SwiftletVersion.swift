/// Which release this is.
public enum SwiftletVersion {
    /// By semantic versioning.
    public static let current = "0.9.0"
}
