/// How many bytes packed data may become.
///
/// Data that shrink two-hundredfold are no data; a small file made to fill the memory does. Up to 64 MiB are harmless.
public enum ExpansionLimit {
    /// No file, packed or not, may be larger (4 GiB).
    public static let largest = 4 << 30

    /// The limit for data of which `packed` bytes are stored.
    public static func bytes(packed: Int) -> Int {
        min(largest, max(packed.multipliedSaturated(by: 200), 1 << 26))
    }
}
