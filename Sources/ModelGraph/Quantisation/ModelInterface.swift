/// The numbers in which a quantised model's caller hands over its inputs and gets its outputs.
public enum ModelInterface: String, Hashable, Sendable, CaseIterable {
    /// Real numbers; the model converts them.
    case float32
    /// The integers that the model computes with.
    case int8
    /// The same integers plus 128.
    case uint8
}
