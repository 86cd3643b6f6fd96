/// Memory for what a program never changes: packed weights, tables and parameter blocks.
///
/// Addresses stay valid as long as the pool lives; the program that uses them holds it.
final class ConstantPool: @unchecked Sendable {
    // SAFETY: only a program builder, which is not shared, adds to the pool; afterwards it is read-only.
    private var blocks: [UnsafeMutableRawPointer] = []
    private(set) var bytes = 0

    /// Kernels may read (never use) this many bytes beyond an operand.
    static let slack = 64

    deinit { for block in blocks { block.deallocate() } }

    func allocate(bytes count: Int) -> UnsafeMutableRawPointer {
        let block = UnsafeMutableRawPointer.allocate(byteCount: count + ConstantPool.slack, alignment: 64)
        block.initializeMemory(as: UInt8.self, repeating: 0, count: count + ConstantPool.slack)
        blocks.append(block)
        bytes += count
        return block
    }

    func store<Element: BitwiseCopyable>(_ elements: [Element]) -> UnsafeMutablePointer<Element> {
        let block = allocate(bytes: elements.count * MemoryLayout<Element>.stride)
        // SAFETY: the block was allocated for exactly these elements.
        let typed = block.bindMemory(to: Element.self, capacity: elements.count)
        elements.withUnsafeBufferPointer { source in
            if let base = source.baseAddress { typed.update(from: base, count: source.count) }
        }
        return typed
    }

    func store<Value: BitwiseCopyable>(one value: Value) -> UnsafeRawPointer {
        UnsafeRawPointer(store([value]))
    }
}
