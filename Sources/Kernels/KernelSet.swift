import CKernels

/// The kernels of one instruction set: function pointers and the tile sizes weights are packed for.
public struct KernelSet: @unchecked Sendable {
    // SAFETY: points at a constant table in the program's image; nothing ever writes to it.
    let table: UnsafePointer<sk_kernel_set>

    private init?(_ table: UnsafePointer<sk_kernel_set>?) {
        guard let table else { return nil }
        self.table = table
    }

    /// The reference that every other set is tested against.
    public static let scalar: KernelSet = {
        guard let set = KernelSet(sk_kernels_scalar()) else {
            preconditionFailure("the scalar kernels are always built")
        }
        return set
    }()
    /// Intel and AMD since 2013; nil where the processor lacks it, as are the following.
    public static let avx2 = KernelSet(sk_kernels_avx2())
    /// Intel since Ice Lake, AMD since Zen 4.
    public static let avx512vnni = KernelSet(sk_kernels_avx512vnni())
    /// 64-bit ARM.
    public static let neon = KernelSet(sk_kernels_neon())
    /// 64-bit ARM with the int8 dot product (ARMv8.2).
    static let neondot = KernelSet(sk_kernels_neondot())

    /// What this processor can run, the reference first and the fastest last.
    public static let available: [KernelSet] = [scalar] + [avx2, neon, neondot, avx512vnni].compactMap { $0 }
    /// The fastest set this processor can run.
    public static let best: KernelSet = available.last ?? scalar

    /// `scalar`, `avx2`, `avx512vnni`, `neon` or `neondot`.
    public var name: String { String(cString: table.pointee.name) }

    /// The set of that name, if this processor can run it.
    public init?(named name: String) {
        guard let set = KernelSet.available.first(where: { $0.name == name }) else { return nil }
        self = set
    }
}

extension KernelSet: Hashable, CustomStringConvertible {
    /// Whether both are the same set of this process.
    public static func == (a: KernelSet, b: KernelSet) -> Bool { a.table == b.table }
    /// Hashes the identity of the set.
    public func hash(into hasher: inout Hasher) { hasher.combine(table) }
    /// The name of the set.
    public var description: String { name }
}
