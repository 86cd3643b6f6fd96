/// What the name of a measured column says of its device: the generic profile to begin from, and the type of the networks.
struct DeviceClass {
    let profile: String
    let isInt8: Bool

    /// The first rule whose word the name holds decides.
    init(column: String) {
        let rules: [(words: [String], profile: String)] = [
            (["edge_tpu", "tpu", "dsp", "hexagon", "ethos", "_npu"], "generic-npu"),
            (["vpu", "myriad", "fpga", "eyeriss"], "generic-vpu"),
            (["jetson", "tx2", "orin", "xavier"], "generic-jetson"),
            (["adreno", "mali", "mobile_gpu", "powervr"], "generic-mobile-gpu"),
            (["xeon", "epyc", "ryzen", "_i7", "_i9", "_i5", "silver", "gold_", "x86"], "generic-x86-avx2"),
            (
                ["titan", "gtx", "rtx", "1080", "2080", "v100", "a100", "quadro", "gpu"],
                "generic-desktop-gpu"
            ),
        ]
        let name = column.lowercased()
        profile = rules.first { $0.words.contains { name.contains($0) } }?.profile ?? "generic-cortex-a76"
        isInt8 = profile == "generic-npu"
    }
}
