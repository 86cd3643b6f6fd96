/// How many scales the int8 weights of one layer have.
///
/// A scale for each output channel loses less where channels differ in size; some accelerators compute with a single one
/// only, or run layers of several on another processor.
public enum WeightScales: String, Hashable, Sendable, CaseIterable {
    case perChannel = "per-channel"
    case perTensor = "per-tensor"
}
