import type { Text } from '..';
import type { sync as en } from '../en/sync';

const changes = { one: 'تغيير واحد', two: 'تغييران', few: '{n} تغييرات', many: '{n} تغييراً', other: '{n} تغيير' };

function each(before: string, after: string, zero: string): Text {
	const out: Record<string, string> = { zero };
	for (const [k, v] of Object.entries(changes))
		out[k] = before + v + after;
	return out;
}

export const sync: Record<keyof typeof en, Text> = {
	'status.label': 'المزامنة: {text}',
	'status.off': 'محلي فقط',
	'status.registering': 'جارٍ سؤال السحابة…',
	'status.pending': 'بانتظار الموافقة',
	'status.revoked': 'أُلغي الربط: البيع محلياً',
	'status.refused': 'رفضته السحابة',
	'status.paused': each('المزامنة متوقفة: ', ' هنا', 'المزامنة متوقفة مؤقتاً'),
	'status.offline': each('بلا اتصال: ', ' محفوظ هنا', 'بلا اتصال: أُرسل كل شيء'),
	'status.loading': 'التحميل الأول: {percent} %',
	'status.attention': 'يحتاج إلى انتباه: {n}',
	'status.sending': 'جارٍ إرسال {n}…',
	'status.synced': 'تمت المزامنة {ago}',
	'status.synced_now': 'تمت المزامنة الآن',
	'status.catching_up': { zero: 'جارٍ اللحاق', other: 'جارٍ اللحاق: بقي {n}' },
	'status.cloud': 'السحابة',
	'status.server_gone': 'خادم هذا الصندوق لا يجيب',
	'status.unknown': 'جارٍ التحقق…',
	'status.reload': 'أعد تحميل الصفحة للعمل مع السحابة',
	'toast.lost_title': 'السحابة لا تجيب',
	'toast.lost': 'أنت تعمل على نسخة هذا الجهاز؛ لم يُفقد شيء.',
	'toast.back_title': 'عادت السحابة',
	'toast.back': each('أُرسل ', ' كان محفوظاً هنا.', 'لم يكن شيء بالانتظار هنا.'),
	'drawer.title': 'المزامنة',
	'drawer.none': 'هذه هي السحابة نفسها: الصناديق تتزامن معها.',
	'drawer.waiting': 'بالانتظار هنا',
	'drawer.changes': { zero: 'لا شيء', ...changes },
	'drawer.oldest': 'أقدمها',
	'drawer.last': 'آخر دورة كاملة',
	'drawer.verified': 'تم التحقق من التطابق',
	'drawer.cloud': 'السحابة',
	'drawer.till': 'هذا الصندوق',
	'drawer.now': 'زامن الآن',
	'drawer.table': 'النوع',
	'drawer.rows': 'الصفوف',
	'drawer.trouble': 'آخر مشكلة',
	'sync_text.off': 'المزامنة متوقفة: هذا الصندوق يعمل وحده، ولا يغادر شيء هذا الجهاز.',
	'sync_text.registering': 'جارٍ سؤال السحابة قبول هذا الصندوق.',
	'sync_text.pending': 'على المالك الموافقة على هذا الصندوق في السحابة.',
	'sync_text.revoked': 'ألغت السحابة ربط هذا الصندوق، وهو يواصل البيع وحده.',
	'sync_text.paused': each('المزامنة متوقفة مؤقتاً؛ ', ' بالانتظار هنا.', 'المزامنة متوقفة مؤقتاً.'),
	'sync_text.offline': each('لا يمكن الوصول إلى السحابة. ', ' محفوظ هنا بأمان وسيُرسل لاحقاً.', 'لا يمكن الوصول إلى السحابة. كل شيء موجود هناك مسبقاً.'),
	'sync_text.loading': 'جارٍ جلب بيانات المتجر. يمكنك البيع في هذه الأثناء.',
	'sync_text.attention': 'رفضت السحابة بعض التغييرات: يجب أن ينظر فيها أحد.',
	'sync_text.sending': each('', ' في الطريق إلى السحابة.', 'جارٍ الإرسال.'),
	'sync_text.synced': 'كل شيء في السحابة.',
	'table.invoices': 'الفواتير',
	'table.customers': 'الزبائن',
	'table.products': 'المنتجات',
	'table.categories': 'الفئات',
	'table.suppliers': 'الموردون',
	'table.purchases': 'المشتريات',
	'table.settings': 'الإعدادات',
	'table.users': 'المستخدمون',
	'table.tax_rates': 'نسب الضريبة',
	'table.accounts': 'الحسابات',
};
